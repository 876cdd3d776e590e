//go:build tools

// Package wrapper pins what the Pulumi CLI is built from: go.mod and go.sum beside it hold every version and checksum.
package wrapper

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
