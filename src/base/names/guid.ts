import { v5 } from "uuid";

/** The namespace that ARM's `guid()` uses. */
const ARM_NAMESPACE = "11fb06fb-712d-4ddd-98c7-e71bbd588830";

/** ARM's `guid`: a version-5 UUID (RFC 9562) of the arguments joined by `-`. */
export function guid(...parts: readonly string[]): string {
  return v5(new TextEncoder().encode(parts.join("-")), ARM_NAMESPACE); // bytes, so that half a surrogate pair is replaced as .NET does it
}
