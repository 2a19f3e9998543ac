/**
 * openssl as the guides use it: the hash of the cluster's CA for `kubeadm join` (x509 -pubkey, rsa -pubin, dgst -sha256).
 *
 * Source: k8s docs kubeadm join, "Discovery with token-based discovery and CA pinning". Keys are made up: what comes out is the
 * hash that kubeadm here compares.
 */
import { authorityHash } from '../kubeadm/tokens.ts';
import type { Call, Script } from './command.ts';
import { readFile } from './files.ts';
import { hexDigits } from './made-up.ts';

const PUBLIC_KEY = 'PUBLIC KEY of ';

export function* openssl(call: Call): Script {
  const [verb = '', ...args] = call.args;
  if (verb === 'x509') {
    const path = args[args.indexOf('-in') + 1] ?? '';
    const found = args.includes('-in') ? yield* readFile(call.place, path) : call.input;
    if (typeof found !== 'string' || found === '') {
      call.err(`Can't open ${path} for reading, No such file or directory\nunable to load certificate\n`);
      return 1;
    }
    if (args.includes('-pubkey')) call.out(`${PUBLIC_KEY}${path.slice(path.lastIndexOf('/') + 1)}\n`);
    if (!args.includes('-noout')) call.out(found);
    return 0;
  }
  const input = call.input ?? '';
  if (verb === 'rsa' || verb === 'pkey') {
    call.out(input.split('\n')[0] ?? '');
    return 0;
  }
  if (verb === 'dgst') {
    const isAuthority = input === `${PUBLIC_KEY}ca.crt`;
    const hash = isAuthority
      ? authorityHash(call.place.topology.topology).replace('sha256:', '')
      : hexDigits(input, 64);
    call.out(`(stdin)= ${hash}\n`);
    return 0;
  }
  call.err(`openssl:Error: '${verb}' is an invalid command.\n(this console has x509, rsa, pkey, dgst)\n`);
  return 1;
}
