import { TARGETS } from "./targets.ts";

/** What each command is for, in the order of the help. Apart from the commands, so that the help loads none of them. */
export const BRIEFS = {
  init: "Begin a repository: configuration, parameters, a model, and the platform as Bicep, Terraform, scripts and cluster objects",
  up: "Deploy the platform, train, gate and release a model, and show what it took",
  plan: "Show what would be deployed: parameters, departures from the profile, resources, quotas and cost",
  down: "Remove everything that up made, in the safe order",
  status: "Show what is there: resources and their states, objects on the cluster, endpoints, models and traffic",
  emit: `Print the platform's definition for a target: ${TARGETS.join(", ")}, or all`,
  cloud: "The embedded Azure: start, stop, reset, status, and pointing other tools at it",
  model: "Train, release, score, roll back and monitor a model, and read its logs",
  serve: "Serve an ONNX model on this machine until it is interrupted",
  completions: "Print a completion script for bash, zsh or fish",
  version: "Print the version",
};

export type CommandName = keyof typeof BRIEFS;
