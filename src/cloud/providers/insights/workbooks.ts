import { parseJson } from "../../../base/index.ts";
import type { TypeSpec } from "../../contract.ts";
import { requireText } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";

export const workbooks: TypeSpec = {
  type: "workbooks",
  apiVersions: ["2023-06-01", "2022-04-01"],
  location: "required",
  name: { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, words: "a GUID" },
  status: { created: 201, updated: 200, deleted: 200 },
  patch: true,
  admit({ body }) {
    requireText(body, "properties.displayName", "InvalidRequestContent");
    const data = requireText(body, "properties.serializedData", "InvalidRequestContent");
    if (parseJson(data) === undefined)
      throw badRequest("InvalidRequestContent", "properties.serializedData is not JSON", "properties.serializedData");
    return body;
  },
};
