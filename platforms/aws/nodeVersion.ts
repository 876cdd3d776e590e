/**
 * Loaded before any client of the AWS SDK is made: it would put a sentence about Node.js 20 into everybody's output; package.json says which versions are
 * supported.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
