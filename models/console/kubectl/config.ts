/**
 * `kubectl config`: what the kubeconfig of this host says, which is kubeadm's admin.conf where there is one.
 *
 * Sources: kubectl pkg/cmd/config/{view,current_context,get_contexts,use_context}.go; client-go tools/clientcmd/api/helpers.go
 * (ShortenConfig: DATA+OMITTED, and REDACTED for what was secret before 1.26: the version is an assumption). Its server is the
 * controlPlaneEndpoint, so that it is the same on every master. Not modelled: changes of it (set-context, set-cluster), --kubeconfig.
 */
import { look, type Script } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import { columns, yamlText } from '../go-text.ts';
import { hexDigits } from '../made-up.ts';
import { fail, isAdmin, type Kubectl, minorOf } from './client.ts';

const CLUSTER = 'kubernetes';
const USER = 'kubernetes-admin';
const CONTEXT = `${USER}@${CLUSTER}`;
const OMITTED = 'DATA+OMITTED';
const OMITTED_SINCE = 26;

function* hasConfig(kubectl: Kubectl): Script<boolean> {
  const { host, topology } = kubectl.call.place;
  return yield* look((seen) => isAdmin(seen, host, topology));
}

export function* viewConfig(kubectl: Kubectl): Script {
  const { call, flags } = kubectl;
  const frame = (clusters: unknown, contexts: unknown, current: string, users: unknown): string =>
    yamlText({
      apiVersion: 'v1',
      clusters,
      contexts,
      'current-context': current,
      kind: 'Config',
      preferences: {},
      users,
    });
  if (!(yield* hasConfig(kubectl))) {
    call.out(frame(null, null, '', null));
    return 0;
  }
  const { topology } = call.place;
  const { name, address, port } = topology.controlPlaneEndpoint;
  const raw = isSet(flags, 'raw');
  const hidden = minorOf(kubectl) < OMITTED_SINCE ? 'REDACTED' : OMITTED;
  const data = (what: string, shown: string) =>
    raw ? hexDigits(`${what} of ${topology.topology}`, 64) : shown;
  const cluster = {
    'certificate-authority-data': data('ca.crt', OMITTED),
    server: `https://${name ?? address}:${port}`,
  };
  const user = {
    'client-certificate-data': data('admin.crt', hidden),
    'client-key-data': data('admin.key', hidden),
  };
  call.out(
    frame(
      [{ cluster, name: CLUSTER }],
      [{ context: { cluster: CLUSTER, user: USER }, name: CONTEXT }],
      CONTEXT,
      [{ name: USER, user }],
    ),
  );
  return 0;
}

export function* currentContext(kubectl: Kubectl): Script {
  if (!(yield* hasConfig(kubectl))) return fail(kubectl, 'error: current-context is not set');
  kubectl.call.out(`${CONTEXT}\n`);
  return 0;
}

export function* getContexts(kubectl: Kubectl): Script {
  const { call, flags, args } = kubectl;
  const known = (yield* hasConfig(kubectl)) && (args.length === 0 || args.includes(CONTEXT));
  if (flagOf(flags, 'output') === 'name') {
    if (known) call.out(`${CONTEXT}\n`);
  } else {
    const header = ['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'];
    const rows = known ? [['*', CONTEXT, CLUSTER, USER, '']] : [];
    call.out(columns(isSet(flags, 'no-headers') ? rows : [header, ...rows], 3));
  }
  const missing = args.find((name) => name !== CONTEXT);
  return missing === undefined ? 0 : fail(kubectl, `error: context ${missing} not found`);
}

export function* useContext(kubectl: Kubectl): Script {
  const [name] = kubectl.args;
  if (name === undefined) return fail(kubectl, 'error: empty context names are not allowed');
  if (name !== CONTEXT || !(yield* hasConfig(kubectl)))
    return fail(kubectl, `error: no context exists with the name: "${name}"`);
  kubectl.call.out(`Switched to context "${name}".\n`);
  return 0;
}
