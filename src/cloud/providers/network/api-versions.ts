/** Microsoft.Network versions its types together; private DNS apart. Newest first. */
export const NETWORK_API_VERSIONS = [
  "2025-09-01",
  "2025-07-01",
  "2025-01-01",
  "2024-10-01",
  "2024-07-01",
  "2024-05-01",
  "2024-01-01",
  "2023-11-01",
  "2023-04-01",
  "2022-07-01",
  "2022-01-01", // az network nsg
];
export const PRIVATE_DNS_API_VERSIONS = ["2024-06-01", "2020-06-01", "2018-09-01"];

/** PUT, PUT again and DELETE of nearly every type of the namespace. */
export const NETWORK_STATUS = { created: 201, updated: 200, deleted: 202 } as const;
