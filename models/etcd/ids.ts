/**
 * Ids of members and clusters, as they are printed (hexadecimal, without padding).
 *
 * Source: etcd v3.6.14 server/etcdserver/api/membership/member.go (computeMemberID: SHA-1 of the peer URLs, the
 * cluster's token and, for one added later, the time), cluster.go genID. Here 31 bits of another hash, so that an id
 * stays a small integer; the first members of a cluster have the same ids in every run, as in etcd.
 */

function hash31(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h = (h ^ (h >>> 16)) >>> 1;
  return h === 0 ? 1 : h;
}

export function peerUrl(address: string, port: number): string {
  return `https://${address}:${port}`;
}

/** @param added when it was added to a running cluster; undefined for a first member. */
export function memberId(peerUrls: readonly string[], token: string, added?: number): number {
  return hash31(`${[...peerUrls].sort().join('')}${token}${added ?? ''}`);
}

export function clusterId(members: readonly number[]): number {
  return hash31(
    [...members]
      .sort((a, b) => a - b)
      .map(hexId)
      .join(''),
  );
}

export function hexId(id: number): string {
  return id.toString(16);
}

/** Address and port of a URL such as https://10.0.0.1:2380. */
export function addressOf(url: string): { readonly address: string; readonly port: number } {
  const [, address = '', port = ''] = /^https?:\/\/([^:/]+):(\d+)$/.exec(url) ?? [];
  return { address, port: Number(port) };
}
