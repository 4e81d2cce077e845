/** Of the package; here because an image of the model server holds only this room. */
export const VERSION = "0.1.0";

/** What `x-ms-server-version` answers. */
export const SERVER_VERSION = `quayside/${VERSION}`;
