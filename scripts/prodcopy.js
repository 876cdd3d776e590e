#!/usr/bin/env node
"use strict";
// What `npx prodcopy` runs in a checkout: the command-line tool, once the dependencies are there.
require("./bootstrap.js");
