/**
 * Flags that kubeadm's extraArgs give to the daemons, as parameters of the topology. Flags that shape the cluster
 * (addresses, initial-cluster) have been read elsewhere; others are said to be not modelled.
 */
import type { Finding } from '../finding.ts';
import type { ExtraArgs } from '../kubeadm/config-values.ts';
import type { Sources } from './import-sources.ts';
import { PARAMETERS, type Parameter, valueMistake } from './parameter-table.ts';
import type { ParameterValue } from './parameters.ts';

/** Flags of etcd that say who and where; the topology has them. */
const SHAPING =
  /^(listen-|advertise-|initial-advertise-|initial-cluster|name$|data-dir$|cert-|key-|peer-|trusted-|client-cert)/;

export function importedParameters(sources: Sources, findings: Finding[]): Record<string, ParameterValue> {
  const parameters: Record<string, ParameterValue> = {};
  for (const { file, config } of sources.kubeadm) {
    const own = file.host ?? config.nodeName?.value;
    const add = (component: string, host: string | undefined, args: ExtraArgs) => {
      for (const [flag, { value, line, column }] of Object.entries(args)) {
        if (component === 'etcd' && SHAPING.test(flag)) continue;
        const known = PARAMETERS.find(
          (candidate) => candidate.component === component && candidate.key === flag,
        );
        const say = (severity: Finding['severity'], message: string) =>
          findings.push({ severity, file: file.path, line, column, message });
        if (!known) {
          say('note', `${component} --${flag} is not modelled`);
          continue;
        }
        const typed = typedValue(known, value);
        const wrong = valueMistake(known, typed);
        if (wrong) say('error', `${component} --${flag}: ${wrong}`);
        else parameters[host === undefined ? `${component}.${flag}` : `${component}.${host}.${flag}`] = typed;
      }
    };
    add('kube-apiserver', undefined, config.apiServerArgs);
    add('kube-controller-manager', undefined, config.controllerManagerArgs);
    add('kube-scheduler', undefined, config.schedulerArgs);
    add('etcd', own, config.etcdLocal?.extraArgs ?? {});
    add('kubelet', own, config.kubeletArgs);
  }
  return parameters;
}

/** Flags are texts; parameters of number and flag kinds are not. */
function typedValue({ kind }: Parameter, text: string): ParameterValue {
  if (kind === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  const numeric = kind === 'whole' || kind === 'number' || kind === 'milliseconds' || kind === 'seconds';
  return numeric && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
