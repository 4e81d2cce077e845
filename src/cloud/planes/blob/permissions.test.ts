import { expect, test } from "vitest";
import { permissionOf } from "./permissions.ts";

const SERVICE = "Microsoft.Storage/storageAccounts/blobServices";

test.each([
  ["GET", "/?comp=list", "containers/read", false],
  ["POST", "/?restype=service&comp=userdelegationkey", "generateUserDelegationKey/action", false],
  ["PUT", "/c?restype=container", "containers/write", false],
  ["DELETE", "/c?restype=container", "containers/delete", false],
  ["GET", "/c?restype=container&comp=list", "containers/blobs/read", true],
  ["PUT", "/c?restype=container&comp=acl", undefined, false],
  ["DELETE", "/c?restype=container&comp=list", undefined, false],
  ["GET", "/c?restype=account&comp=properties", "getInfo/action", false],
  ["DELETE", "/c/b?comp=query", undefined, false],
  ["PUT", "/c/b?comp=query", undefined, false],
  ["POST", "/c/b?comp=query", "containers/blobs/read", true],
  ["GET", "/c/b", "containers/blobs/read", true],
  ["HEAD", "/c/b", "containers/blobs/read", true],
  ["PUT", "/c/b", "containers/blobs/write", true],
  ["PUT", "/c/b?comp=appendblock", "containers/blobs/write", true],
  ["DELETE", "/c/b", "containers/blobs/delete", true],
  ["GET", "/c/b?comp=tags", "containers/blobs/tags/read", true],
])("%s %s needs %s", (method, path, action, data) => {
  const url = new URL(path, "https://account");
  const [container, blob] = url.pathname.split("/").filter((part) => part !== "");

  const permission = permissionOf({ method, query: url.searchParams, container, blob });

  expect(permission).toEqual(action === undefined ? undefined : { action: `${SERVICE}/${action}`, data });
});
