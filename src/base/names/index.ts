// A door of its own: the UUID library behind it takes longer to load than the whole model server does, which needs no names.
export { guid } from "./guid.ts";
export { uniqueString } from "./unique-string.ts";
