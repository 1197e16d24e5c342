#!/bin/sh
# Brings up the stack of a meta pipeline for the first time, whose state belongs into the bucket that the stack itself makes.
# The state begins in .bootstrap, and moves as soon as there is the bucket. What was cut off goes on when run again.
#
#   components/meta/bootstrap.sh STACK COMPONENT    as: bootstrap.sh meta deployer
set -eu
stack="${1:?the stack, such as meta}"
component="${2:?the name of the meta pipeline in it, such as deployer}"

mkdir -p .bootstrap
[ -f .bootstrap/passphrase ] || (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >.bootstrap/passphrase)
export PULUMI_CONFIG_PASSPHRASE_FILE="$PWD/.bootstrap/passphrase"
export PULUMI_BACKEND_URL="file://$PWD/.bootstrap"

pulumi stack select "$stack" 2>/dev/null || pulumi stack init "$stack" --secrets-provider passphrase
pulumi up --stack "$stack" --yes
output() { pulumi stack output "$component" --stack "$stack" --json | jq -er ".$1"; }
backend="$(output backendUrl)"
provider="$(output secretsProvider)"
if [ -n "$provider" ]; then
  pulumi stack change-secrets-provider "$provider" --stack "$stack"
fi
pulumi stack export --stack "$stack" --file .bootstrap/state.json

export PULUMI_BACKEND_URL="$backend"
pulumi stack select "$stack" 2>/dev/null || pulumi stack init "$stack" --no-select ${provider:+--secrets-provider "$provider"}
pulumi stack import --stack "$stack" --file .bootstrap/state.json
rm -rf .bootstrap

echo "The stack $stack is in $backend."
echo "Commit its file in stacks/, which names the key now, and complete the connection: $(output connectionSetupUrl)"
echo "Other stacks: pulumi login '$backend' && pulumi stack init NAME${provider:+ --secrets-provider '$provider'}"
