#!/usr/bin/env node
import { enableCompileCache, getCompileCacheDir } from "node:module";

// Compiled code is kept between runs and shared with the processes that this one starts; loading is half of a start otherwise.
enableCompileCache();
const cache = getCompileCacheDir();
if (cache !== undefined) process.env.NODE_COMPILE_CACHE = cache;

await import("./run.ts");
