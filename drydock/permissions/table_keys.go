package permissions

// keysTable are KMS, Secrets Manager, Parameter Store and ACM.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html
func keysTable() map[string][]grant {
	secret := []string{"CreateSecret", "DeleteResourcePolicy", "DeleteSecret", "DescribeSecret", "GetResourcePolicy", "PutResourcePolicy",
		"RemoveRegionsFromReplication", "ReplicateSecretToRegions", "TagResource", "UntagResource", "UpdateSecret"}
	return map[string][]grant{
		"aws:kms/key:Key": {
			allowAll("a key has no ARN before it is made", "kms", "CreateKey"),
			allow(own, "kms", "DescribeKey", "DisableKey", "DisableKeyRotation", "EnableKey", "EnableKeyRotation", "GetKeyPolicy",
				"GetKeyRotationStatus", "ListResourceTags", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource",
				"UpdateKeyDescription").byTag(),
		},
		"aws:kms/alias:Alias": {
			allow(own, "kms", "CreateAlias", "DeleteAlias", "UpdateAlias"),
			allow(kinds("kms", "key/*"), "kms", "CreateAlias", "DeleteAlias", "UpdateAlias"),
			allowAll("the list of aliases has no resource-level permission", "kms", "ListAliases"),
		},
		"aws:secretsmanager/secret:Secret": {allow(own, "secretsmanager", secret...)},
		"aws:secretsmanager/secretVersion:SecretVersion": {allow(own, "secretsmanager", "DescribeSecret", "GetSecretValue",
			"ListSecretVersionIds", "PutSecretValue", "UpdateSecretVersionStage")},
		"aws:ssm/parameter:Parameter": {
			allow(own, "ssm", "AddTagsToResource", "DeleteParameter", "GetParameter", "ListTagsForResource", "PutParameter",
				"RemoveTagsFromResource"),
			allowAll("the list of parameters has no resource-level permission", "ssm", "DescribeParameters"),
		},
		"aws:acm/certificate:Certificate": {
			allowAll("a certificate has no ARN before it is requested", "acm", "RequestCertificate"),
			allow(own, "acm", "AddTagsToCertificate", "DeleteCertificate", "DescribeCertificate", "ImportCertificate",
				"ListTagsForCertificate", "RemoveTagsFromCertificate", "RenewCertificate", "UpdateCertificateOptions").byTag(),
		},
		"aws:acm/certificateValidation:CertificateValidation": {allow(at("certificateArn"), "acm", "DescribeCertificate")},
	}
}
