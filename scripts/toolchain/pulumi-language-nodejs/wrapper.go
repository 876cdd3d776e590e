//go:build tools

// Package wrapper pins what the language host for Node.js is built from: go.mod and go.sum beside it hold every version
// and checksum.
package wrapper

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
