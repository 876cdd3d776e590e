"use strict";
// Loaded into the application before its own code: its connections come from the address that stands for its instance in
// the sandbox, so that security groups can tell it from others.
const net = require("node:net");

const address = process.env.PRODCOPY_SANDBOX_ADDRESS;
const connect = net.Socket.prototype.connect;

if (address !== undefined) {
  net.Socket.prototype.connect = function (...given) {
    const [first, second] = Array.isArray(given[0]) ? given[0] : given;
    const isPort = typeof first === "number" || typeof first === "string";
    const options = isPort
      ? { port: Number(first), host: typeof second === "string" ? second : undefined }
      : first;
    const done = given.find((each) => typeof each === "function");
    if (options === null || typeof options !== "object" || options.path !== undefined)
      return connect.apply(this, given);
    return connect.call(this, { ...options, localAddress: address }, done);
  };
}
