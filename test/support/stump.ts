export { STUMP } from "../../src/cloud/providers/machine-learning/endpoints/testing.ts";
