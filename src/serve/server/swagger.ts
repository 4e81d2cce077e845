import type { JsonObject } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Model } from "./model.ts";
import { rowLayout } from "./rows.ts";
import { answerKeys } from "./score.ts";

/** The description of the Azure routes at `/swagger.json?version=2|3|3.1`, in the shapes that Azure's inference server gives. */
export function createSwagger(model: Model): (version: string) => string {
  const documents: Readonly<Record<string, string>> = {
    "2": JSON.stringify(swagger2(model)),
    "3": JSON.stringify(openApi(model, "3.0.3")),
    "3.1": JSON.stringify(openApi(model, "3.1.0")),
  };
  return (version) => {
    const found = Object.hasOwn(documents, version) ? documents[version] : undefined;
    if (found === undefined)
      throw new RequestFault(
        404,
        "serve.swagger-version",
        `no swagger of version ${version.slice(0, 20)}; there are 2, 3 and 3.1`,
      );
    return found;
  };
}

function schemas(model: Model): JsonObject {
  const layout = rowLayout(model);
  const row: JsonObject = { type: "array", items: {}, minItems: layout?.width ?? 1, maxItems: layout?.width ?? 1 };
  if (layout?.columns !== undefined) row.description = layout.columns.join(", ");
  const answers = [...answerKeys(model.evaluator.outputs).values()];
  return {
    ServiceInput: {
      type: "object",
      required: ["data"],
      properties: { data: { type: "array", minItems: 1, items: row } },
      example: { data: [Array.from({ length: layout?.width ?? 1 }, () => 0)] },
    },
    ServiceOutput: { type: "object", properties: Object.fromEntries(answers.map((key) => [key, { type: "array", items: {} }])) },
    ErrorResponse: { type: "object", properties: { message: { type: "string" } } },
  };
}

const info = ({ name, version }: Model): JsonObject => ({
  title: name,
  description: `Scoring of model ${name}, version ${version}`,
  version,
});

function swagger2(model: Model): JsonObject {
  const refersTo = (name: string): JsonObject => ({ $ref: `#/definitions/${name}` });
  const responses = (name: string): JsonObject => ({
    "200": { description: "done", schema: refersTo(name) },
    default: { description: "refused", schema: refersTo("ErrorResponse") },
  });
  return {
    swagger: "2.0",
    info: info(model),
    schemes: ["https"],
    consumes: ["application/json"],
    produces: ["application/json"],
    securityDefinitions: { Bearer: { type: "apiKey", name: "Authorization", in: "header" } },
    paths: {
      "/": {
        get: {
          operationId: "ServiceHealthCheck",
          produces: ["text/plain"],
          responses: { "200": { description: "healthy", schema: { type: "string" } } },
        },
      },
      "/score": {
        post: {
          operationId: "RunMLService",
          security: [{ Bearer: [] }],
          parameters: [{ in: "body", name: "serviceInputPayload", required: true, schema: refersTo("ServiceInput") }],
          responses: responses("ServiceOutput"),
        },
      },
      "/swagger.json": {
        get: { operationId: "Swagger", responses: { "200": { description: "this document", schema: { type: "object" } } } },
      },
    },
    definitions: schemas(model),
  };
}

function openApi(model: Model, openapi: string): JsonObject {
  const content = (name: string): JsonObject => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } });
  return {
    openapi,
    info: info(model),
    paths: {
      "/": {
        get: {
          operationId: "ServiceHealthCheck",
          responses: { "200": { description: "healthy", content: { "text/plain": { schema: { type: "string" } } } } },
        },
      },
      "/score": {
        post: {
          operationId: "RunMLService",
          security: [{ Bearer: [] }],
          requestBody: { required: true, content: content("ServiceInput") },
          responses: {
            "200": { description: "done", content: content("ServiceOutput") },
            default: { description: "refused", content: content("ErrorResponse") },
          },
        },
      },
      "/swagger.json": {
        get: {
          operationId: "Swagger",
          responses: { "200": { description: "this document", content: { "application/json": { schema: { type: "object" } } } } },
        },
      },
    },
    components: { schemas: schemas(model), securitySchemes: { Bearer: { type: "http", scheme: "bearer" } } },
  };
}
