// Makes a certificate that signs itself, for a TLS server under test: DER by hand, since Node can read certificates and
// make none.

import { generateKeyPairSync, sign } from "node:crypto";

export type Certificate = { certPem: string; keyPem: string };

const tags = {
  integer: 0x02,
  bits: 0x03,
  bytes: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
};
/** Tags of what a certificate holds by its place or kind: version, extensions, a DNS name. */
const placed = { version: 0xa0, extensions: 0xa3, dnsName: 0x82 };
const oids = { ecdsaWithSha256: "2a8648ce3d040302", commonName: "550403", subjectAltName: "551d11" };

/** A certificate for this one host name, valid from 2020 to 2049. */
export function selfSignedCertificate(host: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = der(tags.sequence, oid(oids.ecdsaWithSha256));
  const commonName = der(tags.sequence, oid(oids.commonName), der(tags.utf8, Buffer.from(host)));
  const name = der(tags.sequence, der(tags.set, commonName));
  const times = ["200101000000Z", "491231235959Z"].map((time) => der(tags.utcTime, Buffer.from(time)));
  const names = der(tags.sequence, der(placed.dnsName, Buffer.from(host)));
  const extension = der(tags.sequence, oid(oids.subjectAltName), der(tags.bytes, names));
  const signed = der(
    tags.sequence,
    der(placed.version, der(tags.integer, Buffer.of(2))),
    der(tags.integer, Buffer.of(1)),
    algorithm,
    name,
    der(tags.sequence, ...times),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(placed.extensions, der(tags.sequence, extension)),
  );
  const signature = der(tags.bits, Buffer.of(0), sign("sha256", signed, privateKey));
  return {
    certPem: pem("CERTIFICATE", der(tags.sequence, signed, algorithm, signature)),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A tag, the length in its shortest form, and the parts one after the other. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function oid(hex: string): Buffer {
  return der(tags.oid, Buffer.from(hex, "hex"));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
