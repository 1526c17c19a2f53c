import { namePattern } from './template.ts'

/** Texts that YAML would read as something else: `123`, `1e3`, `true`, `-`. */
const plain = (text: string): boolean => /^[a-z][a-z0-9-]*$/.test(text) && !['true', 'false', 'null'].includes(text)

/**
 * The file that `tenant new` writes: valid as it stands, on the built-in directory, with what comes next in comments.
 * @throws Error when the id is no tenant id.
 */
export function newTenantText(id: string): string {
  if (!namePattern.test(id)) throw new Error('a tenant id is 1 to 63 characters of a-z, 0-9 and -')
  const value = plain(id) ? id : `"${id}"`
  return `# yaml-language-server: $schema=./tenant.schema.json
# One file is one customer. It holds no secret, so it can live in git. Changes are served within two seconds; a file with a
# mistake keeps its last good version. Check it with: npx tollgate tenant check ${id}

id: ${value} # equals the file's name
name: ${value} # what people call the customer
status: active # suspended: its own clients get 403
# extends: hr-standard # inherits from templates/hr-standard.yaml: maps are merged, lists are replaced

frontDoor:
  dialect: auto # understands what real clients send; strict refuses what is not in the standard
  # Host names that lead to this tenant, beside /t/${id}/scim/v2:
  # hosts: [${id}.scim.msp.example]
  # Addresses that may call. Without it: all of them. An empty list: nobody.
  # allowFrom: [203.0.113.0/24, "2001:db8::/32"]

# The directory behind the front door. \`directory\` is a complete one inside the gateway: right for trying things out.
upstream:
  kind: directory

# What clients see and what the directory holds: one definition for both directions. What no rule names passes through as
# it is. \`npx tollgate tenant check ${id}\` says what follows from each rule, and
# \`npx tollgate try ${id} user.json\` what they do.
#
# rules:
#   User:
#     - { client: externalId, upstream: employeeNumber } # another name
#     - { client: userType, upstream: userType, values: { Employee: E, Contractor: C } } # other values
#     - client: { userName: "{local}@customer.example" } # patterns share holes: what is matched here is printed there
#       upstream: { userName: "{local}@directory.example" }
#     - { upstream: preferredLanguage, constant: de } # set upstream, hidden from clients
#     - { upstream: nickName, template: "{userName | ascii | lower | first 20}" } # computed from what clients see
#     - { hide: password } # crosses in neither direction

# When the customer's own directory is ready, put this in its place:
#
# upstream:
#   kind: scim # any SCIM 2.0 server
#   url: https://directory.customer.example/scim/v2 # its SCIM root
#   timeout: 20s # the deadline of a whole client request, retries included
#   auth:
#     kind: oauth2 # client credentials. Others: none, bearer, basic, header
#     tokenUrl: https://login.customer.example/oauth2/token
#     clientId: tollgate
#     scope: scim
#     client:
#       # A reference, never the secret itself: an environment variable of the gateway, or { file: /run/secrets/NAME }.
#       secret: { env: ${id.toUpperCase().replaceAll('-', '_')}_SECRET }
#       send: body # or basic
#     # Instead of a secret, a certificate that signs a JWT (private_key_jwt):
#     # client: { certificate: { certificate: { file: /run/secrets/cert.pem }, key: { file: /run/secrets/key.pem } } }
`
}
