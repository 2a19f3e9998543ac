/** keepalived's configuration: what its keepalived.conf and its check scripts say, with the parameters written over it. */
import { keepalived } from '../keepalived/process.ts';
import { readKeepalivedConf } from '../keepalived/read-conf.ts';
import type { Daemon, Site } from './build.ts';
import { microseconds } from './parameters.ts';

export function keepalivedProcess(site: Site): Daemon {
  const { topology, host } = site;
  const files = topology.files ?? {};
  const { conf, scripts = {} } = topology.keepalived?.[host.name] ?? { conf: '' };
  const { enabled: _, Restart: __, version, ...set } = site.settings('keepalived');
  const { config, findings } = readKeepalivedConf(files[conf] as string, conf, {
    version: version === undefined ? topology.versions.keepalived : String(version),
    readScript: (path) => {
      const file = scripts[path];
      return file === undefined ? undefined : { text: files[file] as string, file };
    },
    addresses: topology.names ?? {},
    set: Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)])),
  });
  site.findings.push(...findings);
  const worst = microseconds(site.settings('host')['wake-up']);
  if (worst === undefined) return { type: keepalived, config };
  return { type: keepalived, config: { ...config, wakeUpUs: { ...config.wakeUpUs, worst } } };
}
