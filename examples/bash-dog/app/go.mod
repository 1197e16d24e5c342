module github.com/container-pipeline/container-pipeline/examples/bash-dog/app

go 1.26
