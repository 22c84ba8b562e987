const ELEMENTS = new Set(
  `a abbr address article aside audio b bdi bdo blockquote br caption center cite code col colgroup data dd del details dfn
  div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp rt ruby
  s samp section small source span strike strong sub summary sup table tbody td tfoot th thead time tr track tt u ul var
  video wbr`.split(/\s+/),
);
const VOID = new Set('br col hr img source track wbr'.split(' '));
const ATTRIBUTES = new Set(
  `align alt cite class colspan controls datetime dir height href id kind label lang loop media muted open poster rel
  reversed rowspan scope sizes span src srclang srcset start title type value width`.split(/\s+/),
);
const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [a-z][a-z-]*(?:="[^"<>]*")?)*)( \/)?>/y;
const ADDRESS =
  /^(?:https?:\/\/|mailto:|tel:|sms:|xmpp:|ircs?:|geo:|magnet:|matrix:|gemini:|data:image\/(?:png|gif|jpe?g|webp|avif);base64,)/;

/**
 * What is wrong with HTML that is meant for feeds; null when nothing is. Every tag is one that readers show, balanced,
 * with attributes that do nothing and absolute addresses, and no character is one that XML forbids.
 */
export function faultOf(html: string): string | null {
  const open: string[] = [];
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    TAG.lastIndex = at;
    const found = TAG.exec(html);
    if (!found) return `no tag: ${html.slice(at, at + 80)}`;
    const [all, slash, name = '', attributes = ''] = found;
    at += all.length;
    if (!ELEMENTS.has(name)) return `element ${name}`;
    if (slash) {
      if (open.pop() !== name) return `</${name}> closes nothing`;
    } else if (!VOID.has(name)) open.push(name);
    const fault = attributeFault(name, attributes);
    if (fault) return fault;
  }
  if (open.length > 0) return `not closed: ${open.join(' ')}`;
  const character = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u.exec(html);
  return character ? `character ${character[0].codePointAt(0)}` : null;
}

function attributeFault(element: string, attributes: string): string | null {
  for (const [, name = '', value = ''] of attributes.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)) {
    if (!ATTRIBUTES.has(name)) return `attribute ${name} of ${element}`;
    if (/^(?:href|src|poster|cite)$/.test(name) && !ADDRESS.test(value)) return `${name}="${value}"`;
    if (name !== 'src' && value.startsWith('data:')) return `${name}="${value}"`;
    if (name === 'srcset' && value.split(', ').some((part) => !/^https?:\/\//.test(part))) return `srcset="${value}"`;
    if (name === 'id' && !/^fn/.test(value)) return `id="${value}"`;
  }
  return null;
}
