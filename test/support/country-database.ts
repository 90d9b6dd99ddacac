/**
 * A MaxMind database that knows one network: 203.0.0.0/8 lies in Taiwan.
 *
 * @see https://maxmind.github.io/MaxMind-DB/ (format 2.0)
 */
export function countryDatabase(): Buffer {
  const depth = 8;
  const first = 203;
  const nothing = depth;
  const data = depth + 16;
  const tree = Buffer.alloc(depth * 6);
  for (let node = 0; node < depth; node++) {
    const bit = (first >> (7 - node)) & 1;
    const next = node === depth - 1 ? data : node + 1;
    tree.writeUIntBE(bit === 0 ? next : nothing, node * 6, 3);
    tree.writeUIntBE(bit === 1 ? next : nothing, node * 6 + 3, 3);
  }
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    encode({ country: { iso_code: 'TW' } }),
    Buffer.from([0xab, 0xcd, 0xef]),
    Buffer.from('MaxMind.com'),
    encode({
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: 1_772_323_200,
      database_type: 'Test-Country',
      description: { en: 'one network' },
      ip_version: 4,
      languages: ['en'],
      node_count: depth,
      record_size: 24,
    }),
  ]);
}

const TEXT = 2;
const UINT32 = 6;
const MAP = 7;
/** Beyond the seven types that fit the first byte. */
const ARRAY = 11;

type Value = string | number | Value[] | { [key: string]: Value };

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(TEXT, value.length), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([head(UINT32, 4), bytes]);
  }
  if (Array.isArray(value))
    return Buffer.concat([Buffer.from([value.length, ARRAY - 7]), ...value.map(encode)]);
  const entries = Object.entries(value).flatMap(([key, item]) => [encode(key), encode(item)]);
  return Buffer.concat([head(MAP, Object.keys(value).length), ...entries]);
}

const head = (type: number, size: number) => Buffer.from([(type << 5) | size]);
