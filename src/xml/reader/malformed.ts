/** What is not well-formed. The reader adds the position and makes it an XmlError. */
export class Malformed extends Error {}
