package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// region is what the drydock knows of an AWS Region: its name in the console and the letters of its Availability Zones.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
// The others are the Route 53 hosted zones of the names of its Application and Network Load Balancers and S3 websites.
// https://docs.aws.amazon.com/general/latest/gr/elb.html and https://docs.aws.amazon.com/general/latest/gr/s3.html
type region struct{ description, zones, albZone, nlbZone, s3Zone string }

var regions = map[string]region{
	"af-south-1":     {"Africa (Cape Town)", "abc", "Z268VQBMOI5EKX", "Z203XCE67M25HM", "Z83WF9RJE8B12"},
	"ap-east-1":      {"Asia Pacific (Hong Kong)", "abc", "Z3DQVH9N71FHZ0", "Z12Y7K3UBGUAD1", "ZNB98KWMFR0R6"},
	"ap-northeast-1": {"Asia Pacific (Tokyo)", "acd", "Z14GRHDCWA56QT", "Z31USIVHYNEOWT", "Z2M4EHUR26P7ZW"},
	"ap-northeast-2": {"Asia Pacific (Seoul)", "abcd", "ZWKZPGTI48KDX", "ZIBE1TIR4HY56", "Z3W03O7B5YMIYP"},
	"ap-northeast-3": {"Asia Pacific (Osaka)", "abc", "Z5LXEXXYW11ES", "Z1GWIQ4HH19I5X", "Z2YQB5RD63NC85"},
	"ap-south-1":     {"Asia Pacific (Mumbai)", "abc", "ZP97RAFLXTNZK", "ZVDDRBQ08TROA", "Z11RGJOFQNVJUP"},
	"ap-south-2":     {"Asia Pacific (Hyderabad)", "abc", "Z0173938T07WNTVAEPZN", "Z0711778386UTO08407HT", "Z02976202B4EZMXIPMXF7"},
	"ap-southeast-1": {"Asia Pacific (Singapore)", "abc", "Z1LMS91P8CMLE5", "ZKVM4W9LS7TM", "Z3O0J2DXBE1FTB"},
	"ap-southeast-2": {"Asia Pacific (Sydney)", "abc", "Z1GM3OXH4ZPM65", "ZCT6FZBF4DROD", "Z1WCIGYICN2BYD"},
	"ap-southeast-3": {"Asia Pacific (Jakarta)", "abc", "Z08888821HLRG5A9ZRTER", "Z01971771FYVNCOVWJU1G", "Z01846753K324LI26A3VV"},
	"ap-southeast-4": {"Asia Pacific (Melbourne)", "abc", "Z09517862IB2WZLPXG76F", "Z01156963G8MIIL7X90IV", "Z0312387243XT5FE14WFO"},
	"ca-central-1":   {"Canada (Central)", "abd", "ZQSVJUPU6J1EY", "Z2EPGBW3API2WT", "Z1QDHH18159H29"},
	"ca-west-1":      {"Canada West (Calgary)", "abc", "Z06473681N0SF6OS049SD", "Z02754302KBB00W2LKWZ9", "Z03565811Z33SLEZTHOUL"},
	"cn-north-1":     {"China (Beijing)", "abd", "Z1GDH35T77C1KE", "Z3QFB96KMJ7ED6", "Z5CN8UMXT92WN"},
	"cn-northwest-1": {"China (Ningxia)", "abc", "ZM7IZAIOVVDZF", "ZQEIKTCZ8352D", "Z282HJ1KT0DH03"},
	"eu-central-1":   {"Europe (Frankfurt)", "abc", "Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90", "Z21DNDUVLTQW6Q"},
	"eu-central-2":   {"Europe (Zurich)", "abc", "Z06391101F2ZOEP8P5EB3", "Z02239872DOALSIDCX66S", "Z030506016YDQGETNASS"},
	"eu-north-1":     {"Europe (Stockholm)", "abc", "Z23TAZ6LKFMNIO", "Z1UDT6IFJ4EJM", "Z3BAZG2TWCNX0D"},
	"eu-south-1":     {"Europe (Milan)", "abc", "Z3ULH7SSC9OV64", "Z23146JA1KNAFP", "Z30OZKI7KPW7MI"},
	"eu-south-2":     {"Europe (Spain)", "abc", "Z0956581394HF5D5LXGAP", "Z1011216NVTVYADP1SSV", "Z0081959F7139GRJC19J"},
	"eu-west-1":      {"Europe (Ireland)", "abc", "Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F", "Z1BKCTXD74EZPE"},
	"eu-west-2":      {"Europe (London)", "abc", "ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G", "Z3GKZC51ZF0DB4"},
	"eu-west-3":      {"Europe (Paris)", "abc", "Z3Q77PNBQS71R4", "Z1CMS0P5QUZ6D5", "Z3R1K369G5AVDG"},
	"il-central-1":   {"Israel (Tel Aviv)", "abc", "Z09170902867EHPV2DABU", "Z0313266YDI6ZRHTGQY4", "Z09640613K4A3MN55U7GU"},
	"me-central-1":   {"Middle East (UAE)", "abc", "Z08230872XQRWHG2XF6I", "Z00282643NTTLPANJJG2P", "Z06143092I8HRXZRUZROF"},
	"me-south-1":     {"Middle East (Bahrain)", "abc", "ZS929ML54UICD", "Z3QSRYVP46NYYV", "Z1MPMWCPA7YB62"},
	"sa-east-1":      {"South America (Sao Paulo)", "abc", "Z2P70J7HTTTPLU", "ZTK26PT1VY4CU", "Z7KQH4QJS55SO"},
	"us-east-1":      {"US East (N. Virginia)", "abcdef", "Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI", "Z3AQBSTGFYJSTF"},
	"us-east-2":      {"US East (Ohio)", "abc", "Z3AADJGX6KTTL2", "ZLMOA37VPKANP", "Z2O1EMRO9K5GLX"},
	"us-gov-east-1":  {"AWS GovCloud (US-East)", "abc", "Z166TLBEWOO7G0", "Z1ZSMQQ6Q24QQ8", "Z2NIFVYYW2VKV1"},
	"us-gov-west-1":  {"AWS GovCloud (US-West)", "abc", "Z33AYJ8TM3BH4J", "ZMG1MZ2THAWF1", "Z31GFT0UA1I2HV"},
	"us-west-1":      {"US West (N. California)", "ab", "Z368ELLRRE2KJ0", "Z24FKFUX50B4VW", "Z2F56UZL2M1ACD"},
	"us-west-2":      {"US West (Oregon)", "abcd", "Z1H1FL5HABSF5", "Z18D5FSROUN65G", "Z3BJ6K6RIION7M"},
}

// zone is an Availability Zone: "us-east-2a" is the account's name for it, "use2-az1" the one all accounts share.
type zone struct{ name, id string }

// zonesOf lists a Region's Availability Zones in order of their names.
func zonesOf(name string) ([]zone, error) {
	r, ok := regions[name]
	if !ok {
		return nil, sim.Refuse("InvalidRegion", "the drydock does not know the Region %q", name)
	}
	var out []zone
	for i, letter := range r.zones {
		out = append(out, zone{name + string(letter), shortRegion(name) + "-az" + string(rune('1'+i))})
	}
	return out, nil
}

// shortRegion is the Region's part of zone ids: us-east-2 gives "use2", ap-southeast-1 "apse1".
// https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
func shortRegion(name string) string {
	parts := strings.Split(name, "-")
	short := parts[0]
	for _, word := range parts[1 : len(parts)-1] {
		short += word[:1]
		if second := strings.TrimPrefix(strings.TrimPrefix(word, "north"), "south"); second != word && second != "" {
			short += second[:1]
		}
	}
	return short + parts[len(parts)-1]
}

// dnsSuffix is the domain of the partition's endpoints.
func dnsSuffix(op *sim.Op) string {
	if op.Partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// here is the scope of regional records: the account and Region of the call.
func here(op *sim.Op) string { return op.Account() + "/" + op.Region() }

// inRegion are the records of the type in the call's account and Region.
func inRegion(op *sim.Op, typ string) []*sim.Record {
	var out []*sim.Record
	for _, r := range op.Cloud.All(typ) {
		if r.Scope == here(op) {
			out = append(out, r)
		}
	}
	return out
}

// named is the record in the call's account and Region whose attribute has the value, or nil.
func named(op *sim.Op, typ, attr, value string) *sim.Record {
	for _, r := range inRegion(op, typ) {
		if r.Attr(attr) == value {
			return r
		}
	}
	return nil
}

// fixedHex returns n hexadecimal digits that are always the same for one thing of an account and Region: what every
// account has from the start keeps its ids from one drydock to the next, so that previews can be compared.
func fixedHex(op *sim.Op, what string, n int) string {
	sum := sha256.Sum256([]byte(here(op) + "/" + what))
	return hex.EncodeToString(sum[:])[:n]
}
