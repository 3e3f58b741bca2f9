/** Tells Node where a name is that no name server knows, as Chromium is told by its switches. */

import dns from "node:dns";

export function tellNode(name: string, address: string): void {
  for (const module of [dns, dns.promises]) {
    const { lookup } = module;
    const told = (host: string, ...rest: unknown[]) =>
      Reflect.apply(lookup, module, [host === name ? address : host, ...rest]);
    Object.assign(module, { lookup: Object.assign(told, lookup) });
  }
}
