# The verbs of this repository. Everything runs on a machine that has Go, git and make, without an account.
STACK ?= dev
APP ?= examples/bash-dog
COMPONENT ?= deployer
DRYDOCK = go run ./cmd/drydock

.PHONY: up rehearse preview destroy bootstrap test lint fuzz bench reality record clean

up: ## pulumi up of the stack, in the drydock
	@$(DRYDOCK) up --stack $(STACK)

rehearse: ## release the example application through the stack that is up
	@$(DRYDOCK) rehearse --stack $(STACK) --app $(APP) --report rehearsal.html

preview: ## what `up` would change
	@$(DRYDOCK) preview --stack $(STACK)

destroy: ## take the stack down again
	@$(DRYDOCK) destroy --stack $(STACK)

bootstrap: ## the meta pipeline's stack for the first time, in the real clouds; see docs/meta.md
	@components/meta/bootstrap.sh $(if $(filter command,$(origin STACK)),$(STACK),meta) $(COMPONENT)

test: lint ## every test; the first run builds the engine and Kubernetes, which takes a quarter of an hour
	go test -timeout 60m ./...
	cd examples/consumer && go test -timeout 30m ./...

lint: ## gofmt, vet, staticcheck, actionlint
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo 'run gofmt -w on the files above'; exit 1; }
	go vet ./...
	cd tools/lint && go build -o ../../bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	bin/staticcheck ./...
	cd tools/lint && go build -o ../../bin/actionlint github.com/rhysd/actionlint/cmd/actionlint
	bin/actionlint

fuzz: ## search for arguments that make a component panic, or that a stack refuses too late
	go test -fuzz FuzzArgs -fuzztime 60s ./components/bluegreen
	go test -run Fuzz -fuzz FuzzConfigurations -fuzztime 60s ./stacks

bench: ## the figures of docs/benchmarks.md
	go test -run '^$$' -bench . -benchtime 1x -timeout 120m ./tests

reality: ## the stacks and the conformance table against the real AWS provider's code; see docs/reality.md
	go test -count 1 -timeout 120m -tags reality -v ./tests/reality

record: ## what VERSION (v1.2.3) leaves up, for the test of upgrades; see CONTRIBUTING.md
	go test -count 1 -run 'TestUpgrade$$' -v ./tests -update-upgrade $(VERSION)

clean: ## forget the drydock's state in this folder
	rm -rf .drydock bin
