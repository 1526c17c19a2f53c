import type { Attribute } from './schema.ts'
import { attribute } from './schema-build.ts'

/** The multi-valued attributes of a User (RFC 7643 §4.1.2), as §8.7.1 defines them. */
export const userLists: readonly Attribute[] = [
  attribute(
    'emails',
    'complex',
    "Email addresses for the user. The value SHOULD be canonicalized by the service provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home', and 'other'.",
    {
      multiValued: true,
      subAttributes: [
        attribute(
          'value',
          'string',
          "Email addresses for the user. The value SHOULD be canonicalized by the service provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home', and 'other'.",
        ),
        attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
        attribute('type', 'string', "A label indicating the attribute's function, e.g., 'work' or 'home'.", {
          canonicalValues: ['work', 'home', 'other'],
        }),
        attribute(
          'primary',
          'boolean',
          "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred mailing address or primary email address. The primary attribute value 'true' MUST appear no more than once.",
        ),
      ],
    },
  ),
  attribute(
    'phoneNumbers',
    'complex',
    "Phone numbers for the User. The value SHOULD be canonicalized by the service provider according to the format specified in RFC 3966, e.g., 'tel:+1-201-555-0123'. Canonical type values of 'work', 'home', 'mobile', 'fax', 'pager', and 'other'.",
    {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string', 'Phone number of the User.'),
        attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
        attribute('type', 'string', "A label indicating the attribute's function, e.g., 'work', 'home', 'mobile'.", {
          canonicalValues: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
        }),
        attribute(
          'primary',
          'boolean',
          "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred phone number or primary phone number. The primary attribute value 'true' MUST appear no more than once.",
        ),
      ],
    },
  ),
  attribute('ims', 'complex', 'Instant messaging addresses for the User.', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'string', 'Instant messaging address for the User.'),
      attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
      attribute('type', 'string', "A label indicating the attribute's function, e.g., 'aim', 'gtalk', 'xmpp'.", {
        canonicalValues: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
      }),
      attribute(
        'primary',
        'boolean',
        "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred messenger or primary messenger. The primary attribute value 'true' MUST appear no more than once.",
      ),
    ],
  }),
  attribute('photos', 'complex', 'URLs of photos of the User.', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'reference', 'URL of a photo of the User.', { referenceTypes: ['external'] }),
      attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
      attribute('type', 'string', "A label indicating the attribute's function, i.e., 'photo' or 'thumbnail'.", {
        canonicalValues: ['photo', 'thumbnail'],
      }),
      attribute(
        'primary',
        'boolean',
        "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred photo or thumbnail. The primary attribute value 'true' MUST appear no more than once.",
      ),
    ],
  }),
  attribute(
    'addresses',
    'complex',
    "A physical mailing address for this User. Canonical type values of 'work', 'home', and 'other'. This attribute is a complex type with the following sub-attributes.",
    {
      multiValued: true,
      subAttributes: [
        attribute(
          'formatted',
          'string',
          'The full mailing address, formatted for display or use with a mailing label. This attribute MAY contain newlines.',
        ),
        attribute(
          'streetAddress',
          'string',
          'The full street address component, which may include house number, street name, P.O. box, and multi-line extended street address information. This attribute MAY contain newlines.',
        ),
        attribute('locality', 'string', 'The city or locality component.'),
        attribute('region', 'string', 'The state or region component.'),
        attribute('postalCode', 'string', 'The zip code or postal code component.'),
        attribute('country', 'string', 'The country name component.'),
        attribute('type', 'string', "A label indicating the attribute's function, e.g., 'work' or 'home'.", {
          canonicalValues: ['work', 'home', 'other'],
        }),
        attribute(
          'primary',
          'boolean',
          "A Boolean value indicating the 'primary' or preferred address. The primary attribute value 'true' MUST appear no more than once.",
        ),
      ],
    },
  ),
  attribute(
    'groups',
    'complex',
    'A list of groups to which the user belongs, either through direct membership, through nested groups, or dynamically calculated.',
    {
      multiValued: true,
      mutability: 'readOnly',
      subAttributes: [
        attribute('value', 'string', "The identifier of the User's group.", { mutability: 'readOnly' }),
        attribute('$ref', 'reference', "The URI of the corresponding 'Group' resource to which the user belongs.", {
          mutability: 'readOnly',
          referenceTypes: ['User', 'Group'],
        }),
        attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.', {
          mutability: 'readOnly',
        }),
        attribute('type', 'string', "A label indicating the attribute's function, e.g., 'direct' or 'indirect'.", {
          mutability: 'readOnly',
          canonicalValues: ['direct', 'indirect'],
        }),
      ],
    },
  ),
  attribute('entitlements', 'complex', 'A list of entitlements for the User that represent a thing the User has.', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'string', 'The value of an entitlement.'),
      attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
      attribute('type', 'string', "A label indicating the attribute's function."),
      attribute(
        'primary',
        'boolean',
        "A Boolean value indicating the 'primary' or preferred attribute value for this attribute. The primary attribute value 'true' MUST appear no more than once.",
      ),
    ],
  }),
  attribute(
    'roles',
    'complex',
    "A list of roles for the User that collectively represent who the User is, e.g., 'Student', 'Faculty'.",
    {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string', 'The value of a role.'),
        attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
        attribute('type', 'string', "A label indicating the attribute's function."),
        attribute(
          'primary',
          'boolean',
          "A Boolean value indicating the 'primary' or preferred attribute value for this attribute. The primary attribute value 'true' MUST appear no more than once.",
        ),
      ],
    },
  ),
  attribute('x509Certificates', 'complex', 'A list of certificates issued to the User.', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'binary', 'The value of an X.509 certificate.'),
      attribute('display', 'string', 'A human-readable name, primarily used for display purposes. READ-ONLY.'),
      attribute('type', 'string', "A label indicating the attribute's function."),
      attribute(
        'primary',
        'boolean',
        "A Boolean value indicating the 'primary' or preferred attribute value for this attribute. The primary attribute value 'true' MUST appear no more than once.",
      ),
    ],
  }),
]
