import { describe, expect, it } from 'vitest';
import { articleOf, htmlOf, read, siteConfig } from './reading.ts';
import { faultOf } from './soundness.ts';

/** Ways of old and new to run a program in a reader, in the manner of OWASP's and PortSwigger's cheat sheets. */
const ATTACKS = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//x.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<script/x>alert(1)</script >',
  '<script\n>alert(1)</script\n>',
  '<img src=x onerror=alert(1)>',
  '<img src=x onerror\n=\nalert(1)>',
  '<img src="x" o\0nerror="alert(1)">',
  '<img/src=x/onerror=alert(1)>',
  '<img src=`javascript:alert(1)`>',
  '<img src="javascript:alert(1)">',
  '<img src=" &#14; javascript:alert(1);">',
  '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
  '<img src="data:text/html,<script>alert(1)</script>">',
  '<img srcset="javascript:alert(1) 1x, x.png 2x">',
  '<img """><script>alert(1)</script>">',
  '<img src=x:alert(alt) onerror=eval(src) alt=0>',
  '<svg onload=alert(1)>',
  '<svg><script>alert&#40;1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text x="20" y="20">x</text></a></svg>',
  '<svg><animate attributeName=href values="javascript:alert(1)" /><a id=x><text>x</text></a></svg>',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"></use></svg>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math href="javascript:alert(1)">x</math>',
  '<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java&#x0A;script:alert(1)">x</a>',
  '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>',
  '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)">x</a>',
  '<a href="\x01javascript:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>',
  '<a href="blob:https://x.example/1">x</a>',
  '<a href="file:///etc/passwd">x</a>',
  '<a href="view-source:javascript:alert(1)">x</a>',
  '<a href="feed:javascript:alert(1)">x</a>',
  '<a href="x" onclick=alert(1) style="background:url(javascript:alert(1))" target=_top ping="//x.example">x</a>',
  '<a href="https://x.example/"onmouseover="alert(1)">x</a>',
  '<p style="background-image:url(javascript:alert(1));position:fixed;top:0">x</p>',
  '<div style="width: expression(alert(1));">x</div>',
  '<style>@import "javascript:alert(1)";</style>',
  '<style><img src="</style><img src=x onerror=alert(1)>"></style>',
  '<link rel=stylesheet href=javascript:alert(1)>',
  '<base href="javascript:alert(1)//">',
  '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<iframe src="data:text/html,<script>alert(1)</script>"></iframe>',
  '<iframe><script>alert(1)</script></iframe>',
  '<frameset onload=alert(1)><frame src="javascript:alert(1)"></frameset>',
  '<object data="javascript:alert(1)"></object>',
  '<object><param name="url" value="javascript:alert(1)"></object>',
  '<embed src="javascript:alert(1)">',
  '<applet code="x"></applet>',
  '<form action="javascript:alert(1)"><input type=submit></form>',
  '<button formaction="javascript:alert(1)">x</button>',
  '<input onfocus=alert(1) autofocus>',
  '<textarea></textarea/><img src=x onerror=alert(1)></textarea>',
  '<xmp><p title="</xmp><svg/onload=alert(1)>"></xmp>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<noembed><img title="</noembed><img src onerror=alert(1)>"></noembed>',
  '<template><img src=x onerror=alert(1)></template>',
  '<plaintext><img src=x onerror=alert(1)>',
  '<title><img src=x onerror=alert(1)></title>',
  '<select><option><img src=x onerror=alert(1)></select>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<video src=x onerror=alert(1)><source onerror=alert(1) src="javascript:alert(1)"></video>',
  '<video poster="javascript:alert(1)"></video>',
  '<audio src=x autoplay onloadstart=alert(1)>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<body onload=alert(1) background="javascript:alert(1)">',
  '<table background="javascript:alert(1)"><td background="javascript:alert(1)">x</td></table>',
  '<p id=document name=body class=modal data-x="alert(1)" contenteditable accesskey=x onbeforeinput=alert(1)>x</p>',
  '<a id=location href="x">x</a><form id=test><input name=attributes></form>',
  '<!--><script>alert(1)</script>-->',
  '<!--[if gte IE 4]><script>alert(1)</script><![endif]-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?xml-stylesheet href="javascript:alert(1)"?>',
  '<?php echo 1 ?><% alert(1) %>',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
  '<custom-element onclick=alert(1)>x</custom-element>',
  '<a/href="javascript:alert(1)"/x>y</a>',
  '<<a href="javascript:alert(1)">x</a>',
  '<a href="https://x.example/" href="javascript:alert(1)">x</a>',
  '<p title="x"onclick="alert(1)"y>x</p>',
  '<p "onclick=alert(1)">x</p>',
  '<p a="x\' b=\'y" onclick=alert(1)>x</p>',
  '\u0000<\u0000script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '[x](javascript:alert(1))',
  '[x](<javascript:alert(1)>)',
  '[x](JAVASCRIPT&colon;alert(1))',
  '[x](javascript:alert(1) "title")',
  '[x]: javascript:alert(1)\n\n[x]',
  '![x](javascript:alert(1))',
  '![x](data:image/svg+xml,<svg/onload=alert(1)>)',
  '![x" onerror="alert(1)](y.png)',
  '[x](https://y.example/"onmouseover="alert(1))',
  '<javascript:alert(1)>',
  '`<script>`<script>alert(1)</script>',
  '[![x](javascript:alert(1))](javascript:alert(1))',
  '[^1]\n\n[^1]: <img src=x onerror=alert(1)>',
  '{% img javascript:alert(1) %}',
  '{% youtube "><script>alert(1)</script> %}',
  '{% link "<img src=x onerror=alert(1)>" javascript:alert(1) %}',
  '{{ "<script>alert(1)</script>" }}',
  '{{< figure src="javascript:alert(1)" caption="<script>alert(1)</script>" link="javascript:alert(1)" >}}',
  '{{< rawhtml >}}<script>alert(1)</script>{{< /rawhtml >}}',
  '![[x.png"onerror="alert(1)|400]]',
  ':::note "><script>alert(1)</script>\n:::',
  '$<img src=x onerror=alert(1)>$',
];

/** Elements and attributes that are good and must come through. */
const KEPT: [string, string][] = [
  [
    '<table><caption>c</caption><tr><th scope="row">a</th><td colspan="2" rowspan="3">b</td></tr></table>',
    '<td colspan="2" rowspan="3">b</td>',
  ],
  ['<figure><img src="/a.png" alt="x"><figcaption>c</figcaption></figure>', '<figcaption>c</figcaption>'],
  ['<audio controls src="/a.mp3"></audio>', '<audio controls src="https://news.example/a.mp3"></audio>'],
  ['<video controls width="640" src="/a.mp4"></video>', 'src="https://news.example/a.mp4"'],
  ['<details><summary>s</summary>t</details>', '<details><summary>s</summary>t</details>'],
  ['<ruby>漢<rt>kan</rt></ruby>', '<ruby>漢<rt>kan</rt></ruby>'],
  ['<p dir="rtl" lang="ar">x</p>', '<p dir="rtl" lang="ar">x</p>'],
  ['<a href="mailto:a@b.example">x</a>', '<a href="mailto:a@b.example">x</a>'],
  ['<ol start="3" reversed><li value="7">x</li></ol>', '<ol start="3" reversed><li value="7">x</li></ol>'],
];

describe('bodies are sanitized', () => {
  it.each(ATTACKS)('%j', (attack) => {
    for (const path of ['posts/a.md', 'posts/a.html', 'posts/a.mdx']) {
      const html = htmlOf(`Before\n\n${attack}\n\nAfter`, { path });
      expect(faultOf(html)).toBeNull();
      // What an attack leaves open may swallow what follows, as in a browser; what stands before it stays.
      expect(html).toContain('Before');
    }
  });

  it.each(KEPT)('%s is kept', (source, expected) => expect(htmlOf(source, { path: 'a.html' })).toContain(expected));

  it('frames become links', () => {
    expect(htmlOf('<iframe src="https://player.example/1" title="A film"></iframe>')).toBe(
      '<a href="https://player.example/1">A film</a>',
    );
  });

  it.each([
    '<img src="https://x.example/p.gif" width="1" height="1">',
    '<img src="https://x.example/p.gif" style="display:none">',
    '<img src="https://x.example/p.gif" height="0">',
    '<img src="https://pixel.wp.com/g.gif?x=1">',
    '<img src="https://feeds.feedburner.com/~r/x/~4/y">',
  ])('%s tells nobody that the article was opened', (pixel) => expect(htmlOf(pixel, { path: 'a.html' })).toBe(''));

  it('the checks themselves see what is wrong', () => {
    for (const bad of [
      '<script>x</script>',
      '<p onclick="x">y</p>',
      '<a href="javascript:x">y</a>',
      '<p>',
      '</p>',
      '<p id="x">y</p>',
      'a\x07',
    ]) {
      expect(faultOf(bad)).not.toBeNull();
    }
  });
});

describe('front matter cannot harm', () => {
  it('aliases that unfold to gigabytes are refused at once', () => {
    const lists = [...'bcdefghi'].map(
      (key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefghi'[i]}`).join(',')}]`,
    );
    const maps = [...'bcdefghi'].map(
      (key, i) => `${key}: &${key} {${[...'0123456789'].map((k) => `k${k}: *${'abcdefghi'[i]}`).join(', ')}}`,
    );
    for (const lines of [lists, maps]) {
      const started = performance.now();
      const reading = read(`---\ntitle: x\ndate: 2024-03-05\na: &a [x,x,x,x,x,x,x,x,x,x]\n${lines.join('\n')}\n---\n`);
      expect(reading).toMatchObject({ state: 'rejected', problems: [{ code: 'front-matter-unsafe' }] });
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  it('an alias for a long text, repeated, is refused', () => {
    const text = `a: &a ${'x'.repeat(100_000)}\nb: [${Array(900).fill('*a').join(', ')}]`;
    expect(read(`---\ntitle: x\ndate: 2024-03-05\n${text}\n---\n`)).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'front-matter-unsafe' }],
    });
  });

  it('an alias to itself is refused, an ordinary one is read', () => {
    expect(read('---\ntitle: x\ndate: 2024-03-05\na: &a [*a]\n---\n').state).toBe('rejected');
    expect(articleOf('---\ntitle: &t Tea\ndate: 2024-03-05\nexcerpt: *t\n---\n')).toMatchObject({
      title: 'Tea',
      summary: 'Tea',
    });
    expect(articleOf('---\nbase: &b {author: Mara}\ntitle: x\ndate: 2024-03-05\n<<: *b\n---\n').authors).toEqual([
      { name: 'Mara' },
    ]);
  });

  it('deep nesting and huge keys end in an answer', () => {
    const deep = [
      `a: ${'['.repeat(5000)}`,
      `a: ${'{a: '.repeat(5000)}`,
      `${'- '.repeat(5000)}x`,
      `${'? '.repeat(5000)}x`,
    ];
    const huge = [
      `${'k'.repeat(1_000_000)}: 1`,
      `? ${'k'.repeat(1_000_000)}\n: 1`,
      `a: ${'x'.repeat(1_000_000)}`,
      Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n'),
    ];
    for (const lines of [...deep, ...huge]) {
      const started = performance.now();
      expect(read(`---\ntitle: x\ndate: 2024-03-05\n${lines}\n---\n`).state).toMatch(/accepted|rejected/);
      expect(performance.now() - started).toBeLessThan(4000);
    }
    expect(
      read(`{"title": "x", "date": "2024-03-05", "a": ${'['.repeat(50_000)}${']'.repeat(50_000)}}\n`).state,
    ).toMatch(/accepted|rejected/);
    expect(read(`+++\ntitle = "x"\na = ${'['.repeat(50_000)}${']'.repeat(50_000)}\n+++\n`).state).toMatch(
      /accepted|rejected/,
    );
  });

  it('what XML forbids reaches no title, name or summary', () => {
    const { title, summary, tags, authors } = articleOf(
      '---\ntitle: "Bell \\x07 and \\0 nul \\uFFFE"\ndate: 2024-03-05\nexcerpt: "a\\x0bb"\ntags: ["c\\x01d"]\nauthor: "e\\x1ff"\n---\n',
    );
    expect({ title, summary, tags, authors }).toEqual({
      title: 'Bell and nul',
      summary: 'ab',
      tags: ['cd'],
      authors: [{ name: 'ef' }],
    });
  });

  it('titles lose their elements and keep their types', () => {
    const title = (text: string) => articleOf(`---\ntitle: ${JSON.stringify(text)}\ndate: 2024-03-05\n---\n`).title;
    expect(title('Rules <em>and</em> a < b')).toBe('Rules and a < b');
    expect(title('Vec<T> and Option<String> &amp; &rsquo;24')).toBe('Vec<T> and Option<String> & ’24');
    expect(title('AT&T &copy 2024')).toBe('AT&T &copy 2024');
    expect(title('One<br>two <b>and <i>three</i></b>')).toBe('One two and three');
  });

  it('a tag that nothing closes is a word of the title', () => {
    const title = (text: string) => articleOf(`---\ntitle: ${JSON.stringify(text)}\ndate: 2024-03-05\n---\n`).title;
    for (const text of ['The <b> element', '<b>, & and Vec<T>', 'From <em> to <strong>', 'What </p> closes'])
      expect(title(text)).toBe(text);
    expect(title('How to write <em>a</em> &lt;b&gt;x&lt;/b&gt; with <b>')).toBe('How to write a <b>x</b> with <b>');
  });
});

describe('bytes', () => {
  const file = (text: string) => new TextEncoder().encode(`---\ntitle: 새 소식\ndate: 2024-03-05\n---\n${text}`);

  it('UTF-16 and broken UTF-8 are refused with the line', () => {
    expect(read(new Uint8Array([0xff, 0xfe, 0x2d, 0]))).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'encoding' }],
    });
    const broken = new Uint8Array([...file('one\ntwo '), 0xb4, 0xba, 0xbd, 0xba, 0x0a]);
    expect(read(broken)).toMatchObject({ state: 'rejected', problems: [{ code: 'encoding', line: 6 }] });
  });

  it('a file that is EUC-KR throughout is read as such, with a warning', () => {
    const text =
      '---\ntitle: 시의회 겨울철 안전 대책 발표\ndate: 2024-03-05\n---\n시의회는 청사 대회의실에서 겨울철 안전 대책을 발표했다.\n';
    const reading = read(eucKr(text));
    expect(reading).toMatchObject({
      state: 'accepted',
      article: { title: '시의회 겨울철 안전 대책 발표' },
      problems: [{ code: 'encoding-legacy' }],
    });
  });

  it('an English file with a few odd bytes is not taken for Korean', () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('---\ntitle: Tea\ndate: 2024-03-05\n---\nText '),
      0xb4,
      0xba,
      0xbd,
      0xba,
    ]);
    expect(read(bytes)).toMatchObject({ state: 'rejected', problems: [{ code: 'encoding' }] });
  });

  it('a file over the limit is refused', () => {
    const config = siteConfig({}, { content: { maxBytes: 1000 } });
    expect(read(file('x'.repeat(2000)), { config })).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'too-large' }],
    });
  });
});

/** Text as EUC-KR, by asking the decoder what each pair of bytes means. */
function eucKr(text: string): Uint8Array {
  const pairs = new Map<string, [number, number]>();
  const decoder = new TextDecoder('euc-kr');
  for (let lead = 0xa1; lead <= 0xfe; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++)
      pairs.set(decoder.decode(new Uint8Array([lead, trail])), [lead, trail]);
  }
  return new Uint8Array([...text].flatMap((c) => (c < '\x80' ? [c.charCodeAt(0)] : (pairs.get(c) ?? []))));
}
