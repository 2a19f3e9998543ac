/** How Go programs print: recorded tables of etcdctl 3.4.23, and the rules of Go's own formats. */
import { expect, test } from 'vitest';
import { base64, goDuration, goTable, humanBytes } from '../../../models/console/go-text.ts';

test('a table of etcdctl endpoint status, as recorded without quorum', () => {
  const header = [
    'endpoint',
    'ID',
    'version',
    'db size',
    'is leader',
    'is learner',
    'raft term',
    'raft index',
    'raft applied index',
    'errors',
  ];
  const row = [
    'http://198.51.100.13:2379',
    'a454f3e6293e3dd3',
    '3.4.23',
    '66 kB',
    'false',
    'false',
    '19',
    '502',
    '502',
    'etcdserver: no leader',
  ];
  expect(goTable(header, [row])).toBe(
    `+---------------------------+------------------+---------+---------+-----------+------------+-----------+------------+--------------------+-----------------------+
|         ENDPOINT          |        ID        | VERSION | DB SIZE | IS LEADER | IS LEARNER | RAFT TERM | RAFT INDEX | RAFT APPLIED INDEX |        ERRORS         |
+---------------------------+------------------+---------+---------+-----------+------------+-----------+------------+--------------------+-----------------------+
| http://198.51.100.13:2379 | a454f3e6293e3dd3 |  3.4.23 |   66 kB |     false |      false |        19 |        502 |                502 | etcdserver: no leader |
+---------------------------+------------------+---------+---------+-----------+------------+-----------+------------+--------------------+-----------------------+
`,
  );
});

test('a table of etcdctl member list, as recorded', () => {
  const header = ['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'];
  const row = [
    '7f5a0a28069db525',
    'started',
    'm2',
    'http://198.51.100.12:2380',
    'http://198.51.100.12:2379',
    'false',
  ];
  expect(goTable(header, [row])).toBe(
    `+------------------+---------+------+---------------------------+---------------------------+------------+
|        ID        | STATUS  | NAME |        PEER ADDRS         |       CLIENT ADDRS        | IS LEARNER |
+------------------+---------+------+---------------------------+---------------------------+------------+
| 7f5a0a28069db525 | started |   m2 | http://198.51.100.12:2380 | http://198.51.100.12:2379 |      false |
+------------------+---------+------+---------------------------+---------------------------+------------+
`,
  );
});

test.each([
  [0, '0 B'],
  [9, '9 B'],
  [24_576, '25 kB'],
  [36_864, '37 kB'],
  [65_536, '66 kB'],
  [2_097_152, '2.1 MB'],
  [2_147_483_648, '2.1 GB'],
])('go-humanize writes %i bytes as %s', (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text);
});

test.each([
  [0, '0s'],
  [353, '353µs'],
  [15_571, '15.571ms'],
  [4_000, '4ms'],
  [1_500_000, '1.5s'],
  [123_500_000, '2m3.5s'],
  [3_600_000_000, '1h0m0s'],
])('Go writes a duration of %i us as %s', (us, text) => {
  expect(goDuration(us)).toBe(text);
});

test('keys and values stand in JSON as base64', () => {
  expect(base64('foo')).toBe('Zm9v');
  expect(base64('a')).toBe('YQ==');
  expect(base64('grün')).toBe('Z3LDvG4=');
});
