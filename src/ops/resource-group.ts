import { type ArmClient, createResourceGroup, findResourceGroup, type ResourceGroup } from "../arm/index.ts";
import { QuaysideError } from "../report/index.ts";

/** Marks what Quayside made, so that it never changes or removes a group that belongs to somebody else. */
export const OWNER_TAG = "managedBy";
export const OWNER = "quayside";

export const isOwn = ({ tags }: ResourceGroup): boolean => tags[OWNER_TAG] === OWNER;

/** What whoever would deploy to somebody else's group is told. */
export const foreignGroup = ({ name }: ResourceGroup) => ({
  code: "ops.foreign-resource-group",
  message: `resource group ${name} was not made by Quayside (no tag ${OWNER_TAG}=${OWNER})`,
  hint: `name another one, or hand it over: az group update --name ${name} --set tags.${OWNER_TAG}=${OWNER}`,
});

export function requireOwn(group: ResourceGroup, hint = foreignGroup(group).hint): void {
  const { code, message } = foreignGroup(group);
  if (!isOwn(group)) throw new QuaysideError(message, { code, fault: "user", hint });
}

/** Makes the group where there is none, and leaves one of Quayside's as it is, also when it lies in another region than what goes into it. */
export async function ensureResourceGroup(
  client: ArmClient,
  name: string,
  location: string,
  signal?: AbortSignal,
): Promise<void> {
  const there = await findResourceGroup(client, name, signal);
  if (there === undefined) await createResourceGroup(client, name, location, { [OWNER_TAG]: OWNER }, signal);
  else requireOwn(there);
}
