/// The page's only style sheet. Colours come in a light and a dark set with contrast of at least 4.5 : 1 for text and 3 : 1
/// for graphics; blue and orange differ for every common kind of colour blindness, and shape or dash always differs too.
enum StyleSheet {
  static let text = compacted(colours + page + cards + charts + controls + media)

  /// Without indentation and empty lines: the source stays readable and the page small.
  static func compacted(_ text: String) -> String {
    text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static let colours = """
    :root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--text:#1b2430;--soft:#55606e;--edge:#d5dae1;--grid:#e3e7ec;
    --strong:#8a94a1;--link:#0a55a3;--focus:#b8400a;--c1:#0a5fb4;--c2:#b8400a;--c3:#66707c;--c4:#0b7a75;--c5:#7a3fa8;
    --c6:#7a6200;--c7:#1b2430;--g1:#eaf2fb;--g2:#cfe2f6;--g3:#a9cbee;--g4:#7fb1e4;--l1:#fdeee4;--l2:#fad6bf;--l3:#f5b58f;
    --l4:#ee9360;--shade:#b8400a1f;--note:#fff7e0;--warn:#7a4b00}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){--page:#10151c;--card:#19202a;--text:#e8edf3;
    --soft:#a9b4c1;--edge:#333d4a;--grid:#2a333f;--strong:#77828f;--link:#7fbcff;--focus:#ff9a5c;--c1:#6cb2ff;--c2:#ff9a5c;
    --c3:#a3adb8;--c4:#4fd0c7;--c5:#c79bf2;--c6:#e0c34c;--c7:#e8edf3;--g1:#1a2b3f;--g2:#1d3a5c;--g3:#21507f;--g4:#2666a5;
    --l1:#3a271c;--l2:#54331f;--l3:#784322;--l4:#9a5322;--shade:#ff9a5c2b;--note:#2c2615;--warn:#ffd58a}}
    :root[data-theme=dark]{color-scheme:dark;--page:#10151c;--card:#19202a;--text:#e8edf3;--soft:#a9b4c1;--edge:#333d4a;
    --grid:#2a333f;--strong:#77828f;--link:#7fbcff;--focus:#ff9a5c;--c1:#6cb2ff;--c2:#ff9a5c;--c3:#a3adb8;--c4:#4fd0c7;
    --c5:#c79bf2;--c6:#e0c34c;--c7:#e8edf3;--g1:#1a2b3f;--g2:#1d3a5c;--g3:#21507f;--g4:#2666a5;--l1:#3a271c;--l2:#54331f;
    --l3:#784322;--l4:#9a5322;--shade:#ff9a5c2b;--note:#2c2615;--warn:#ffd58a}
    :root[data-theme=light]{color-scheme:light}

    """

  private static let page = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:5.5rem}
    body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
    "Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
    .top,main,footer,nav.contents{max-width:1240px;margin:0 auto;padding:0 20px}
    .top{padding-top:28px;display:grid;grid-template-columns:1fr auto;column-gap:16px}
    .top>*{grid-column:1}
    .top+main{margin-top:12px}
    .top .tools{grid-column:2;grid-row:1/4;display:flex;gap:8px;align-items:start}
    .brand{margin:0;color:var(--soft);font-size:13px;letter-spacing:.04em;text-transform:uppercase}
    h1{margin:2px 0 4px;font-size:28px;line-height:1.2;overflow-wrap:anywhere}
    .meta{margin:0 0 12px;color:var(--soft);overflow-wrap:anywhere}
    .badge{display:inline-block;font-size:13px;padding:2px 8px;border:1px solid var(--c2);color:var(--c2);border-radius:10px;
    vertical-align:middle}
    h2{margin:36px 0 12px;font-size:21px;line-height:1.25}
    h3{margin:0 0 4px;font-size:16px;line-height:1.3}
    p{margin:0 0 10px}
    a{color:var(--link)}
    code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    code{overflow-wrap:anywhere}
    pre{margin:8px 0;padding:12px;background:var(--page);border:1px solid var(--edge);border-radius:6px;overflow:auto;
    max-height:480px}
    pre code{overflow-wrap:normal}
    .skip{position:absolute;left:-999px;top:0;background:var(--card);padding:8px 12px;z-index:9}
    .skip:focus{left:8px}
    :focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
    .contents ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:0;padding:8px 0;border-top:1px solid var(--edge);
    border-bottom:1px solid var(--edge)}
    .contents a{text-decoration:none}
    .contents a:hover{text-decoration:underline}
    footer{margin-top:36px;padding-bottom:40px;color:var(--soft);font-size:13px}
    .defs{position:absolute}

    """

  private static let cards = """
    .grid-of-cards{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;align-items:start;grid-auto-flow:dense}
    .wide{grid-column:1/-1}
    .card{margin:0;padding:16px;background:var(--card);border:1px solid var(--edge);border-radius:8px;min-width:0}
    .card>p,figcaption p{color:var(--soft);font-size:14px}
    .note{margin:8px 0 0;color:var(--soft);font-size:13px}
    .missing{margin:0;padding:8px 12px;border-left:4px solid var(--strong);background:var(--card);color:var(--soft);font-size:14px}
    .summary{max-width:62em}
    .lead{font-size:19px;line-height:1.45}
    .summary b[data-metric]{font-weight:600}
    cite{font-style:normal;font-weight:600}
    .warnings{margin:8px 0 12px;padding:10px 12px 10px 30px;background:var(--note);border-left:4px solid var(--warn)}
    .warnings li{margin:2px 0}
    summary{cursor:pointer;color:var(--link);padding:3px 0}
    summary small{color:var(--soft)}
    .tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:12px;margin:0}
    .tiles div{background:var(--card);border:1px solid var(--edge);border-top:3px solid var(--c1);border-radius:8px;padding:10px 14px}
    .tiles .bad{border-top:3px dashed var(--c2)}
    dt{color:var(--soft);font-size:13px}
    dd{margin:0}
    .tiles dd{font-size:23px;font-weight:600;line-height:1.3;overflow-wrap:anywhere}
    .tiles small{display:block;font-size:13px;font-weight:400;color:var(--soft);line-height:1.35;min-height:1.35em}
    .tiles details{font-size:13px;font-weight:400;line-height:1.35}
    .tiles details p{color:var(--soft);margin:2px 0 0}
    .facts{display:grid;grid-template-columns:max-content 1fr;align-items:baseline;gap:4px 16px;margin:8px 0 0}
    .facts dd{overflow-wrap:anywhere;min-width:0}
    .scroll{overflow-x:auto;max-width:100%;background:linear-gradient(90deg,var(--card) 35%,transparent) 0 0/40px 100%,
    linear-gradient(270deg,var(--card) 35%,transparent) 100% 0/40px 100%,linear-gradient(90deg,#6668,transparent) 0 0/12px 100%,
    linear-gradient(270deg,#6668,transparent) 100% 0/12px 100%;background-repeat:no-repeat;
    background-attachment:local,local,scroll,scroll}
    table{border-collapse:collapse;width:100%;font-size:14px}
    caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    th,td{padding:4px 10px;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
    thead th{border-bottom:2px solid var(--strong);font-size:13px;font-weight:600;vertical-align:bottom}
    tbody th{font-weight:400;min-width:9em}
    .n{text-align:right;white-space:nowrap}
    thead .n{white-space:normal}
    .formula{color:var(--soft);font-size:13px;min-width:18em;overflow-wrap:anywhere}
    td small,th small{white-space:normal;display:block;color:var(--soft);font-size:12px}
    sup,sub{font-size:.78em;line-height:0}
    .metrics th:first-child,.span th:first-child{min-width:12em}
    .metrics td:nth-child(3){font-size:13px;color:var(--soft)}
    .heat{font-size:13px}.heat td{border:1px solid var(--card);padding:4px 3px}
    .heat th{white-space:nowrap;padding:4px 3px;min-width:0}
    .heat abbr{text-decoration:none}
    .g1{background:var(--g1)}.g2{background:var(--g2)}.g3{background:var(--g3)}.g4{background:var(--g4)}
    .l1{background:var(--l1)}.l2{background:var(--l2)}.l3{background:var(--l3)}.l4{background:var(--l4)}
    .heat .own{outline:3px solid var(--text);outline-offset:-3px}
    .heat .total{font-weight:600}
    .group{border-top:1px solid var(--grid)}
    .assumptions{list-style:none;margin:8px 0 0;padding:0}
    .assumptions li{padding:4px 0;border-top:1px solid var(--grid)}
    .assumptions em{font-style:normal;font-size:13px;color:var(--soft)}
    .optimistic span,.optimistic em{color:var(--c2)}
    .absent{font-size:13px;color:var(--soft)}
    .stories{max-height:34rem;overflow:auto;padding:3px;scroll-padding:4px}
    .story{border-top:1px solid var(--grid)}
    .story summary{color:var(--text)}
    .story summary i{font-style:normal;font-size:12px;border:1px solid var(--c1);color:var(--c1);border-radius:8px;padding:0 6px}
    .story p{max-width:62em;margin:4px 0 10px 18px;color:var(--soft)}
    .book{margin:0 0 12px 18px;max-width:760px}
    .goto{margin:0 0 10px;align-items:center}.goto input{width:11em}

    """

  private static let charts = """
    figcaption p{margin:0 0 6px}
    .draw{position:relative;overflow-x:auto;overflow-y:hidden}
    svg.plot{display:block;width:100%;height:auto}
    svg text{font-size:12px;fill:var(--soft)}
    .spark{display:block}
    svg .tag{fill:var(--text);paint-order:stroke;stroke:var(--card);stroke-width:3px}
    .grid path{stroke:var(--grid);fill:none}
    .grid .zero{stroke:var(--strong)}
    .s1,.s2,.s3,.s4,.s5,.s6,.s7{fill:none;stroke-width:1.6;stroke-linejoin:round}
    .s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}
    .s6{stroke:var(--c6)}.s7{stroke:var(--c7)}
    .f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}
    .dash{stroke-dasharray:6 4}.thin{stroke-width:1}.thick{stroke-width:2.6}
    .soft{fill-opacity:.22}.band{fill-opacity:.18}
    .dots path{fill-opacity:.75;stroke:currentColor;stroke-width:0}
    .dots path:hover,.bars rect:hover,rect:hover{fill-opacity:1}
    .f1.dots{color:var(--c1)}.f2.dots{color:var(--c2)}.f3.dots{color:var(--c3)}.f5.dots{color:var(--c5)}
    .dots .x,.legend .x{stroke-width:1.8;fill:none}
    .rule{stroke-dasharray:2 3;stroke-width:1.3}
    .shade{fill:var(--shade)}
    .neg{fill:url(#hatch)}
    .hatch-ground{fill:var(--card)}
    .hatch-line{stroke:var(--c2);stroke-width:5}
    .bid1,.bid2,.bid3,.bid4{stroke:var(--c1)}.ask1,.ask2,.ask3,.ask4{stroke:url(#offers)}
    .offer-ground{fill:var(--c2)}.offer-line{stroke:var(--card);stroke-width:2.4}
    .bid1,.ask1{stroke-opacity:.2}.bid2,.ask2{stroke-opacity:.4}.bid3,.ask3{stroke-opacity:.65}.bid4,.ask4{stroke-opacity:.95}
    .cursor{stroke:var(--text);stroke-width:1;fill:none;pointer-events:none}
    .picked{fill:none;stroke:var(--text);stroke-width:2;pointer-events:none}
    .drag{fill:var(--c1);fill-opacity:.15}
    .legend{display:flex;flex-wrap:wrap;gap:2px 14px;list-style:none;margin:0 0 6px;padding:0;font-size:13px}
    .legend svg{vertical-align:-1px}
    .legend button{all:unset;cursor:pointer;padding:3px 2px;border-radius:3px}
    .legend button:focus-visible{outline:3px solid var(--focus)}
    .legend [aria-pressed=false]{opacity:.55;text-decoration:line-through}
    .legend output{font-weight:600}
    .tip{position:absolute;pointer-events:none;z-index:3;background:var(--card);color:var(--text);border:1px solid var(--strong);
    border-radius:5px;padding:6px 9px;font-size:13px;line-height:1.4;white-space:pre;box-shadow:0 2px 8px #0003;top:4px}

    """

  private static let controls = """
    .script-only,.selected{display:none}
    .js .script-only{display:block}
    .js .selected{display:table-cell}
    td.selected{font-weight:600}
    button.tool{font:inherit;font-size:13px;color:var(--text);background:var(--card);border:1px solid var(--strong);
    border-radius:5px;padding:4px 10px;cursor:pointer;min-height:28px}
    button.tool:hover{border-color:var(--link);color:var(--link)}
    .row{display:flex;gap:8px;flex-wrap:wrap;margin:6px 0 0}
    th button{all:unset;cursor:pointer}
    th button:focus-visible{outline:3px solid var(--focus)}
    th[aria-sort] button::after{content:" \\2191"}
    th[aria-sort=descending] button::after{content:" \\2193"}
    #brush:empty{display:none}
    #brush{position:sticky;top:0;z-index:5;background:var(--page);border-bottom:1px solid var(--edge);padding:6px 0}
    .brush{max-width:1240px;margin:0 auto;padding:0 20px;display:grid;grid-template-columns:1fr auto auto;gap:12px;align-items:center}
    .strip{position:relative;height:40px;background:var(--card);border:1px solid var(--edge);border-radius:5px;touch-action:none;
    cursor:crosshair}
    .strip svg{position:absolute;inset:0;width:100%;height:100%}
    .window{position:absolute;top:0;bottom:0;background:var(--shade);border-left:2px solid var(--c2);border-right:2px solid var(--c2);
    cursor:grab}
    .handle{position:absolute;top:7px;width:14px;height:24px;margin-left:-7px;padding:0;background:var(--card);
    border:2px solid var(--c2);border-radius:4px;cursor:ew-resize}
    .span-text{font-size:13px;line-height:1.4;color:var(--soft);width:23em;text-align:right}
    .filterable td{white-space:nowrap}
    .live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    input.filter{font:inherit;padding:5px 10px;border:1px solid var(--strong);border-radius:5px;background:var(--card);color:var(--text);
    max-width:100%}

    """

  /// Charts that grow with the window have texts of the size of those that are drawn for it.
  private static let media = """
    @media (max-width:860px){td.t{min-width:14em}.grid-of-cards{grid-template-columns:minmax(0,1fr)}.half:not(.time) svg.plot{max-width:560px;margin:0 auto}}
    @media (max-width:600px){
    .top,main,footer,nav.contents,.brush{padding-left:14px;padding-right:14px}
    html{scroll-padding-top:7rem}h1{font-size:23px}h2{font-size:19px}.lead{font-size:17px}
    .card{padding:12px}
    .tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}.tiles dd{font-size:19px}
    .runs{font-size:13px}.runs tbody th{min-width:6em;max-width:6em;overflow-wrap:anywhere}.runs th,.runs td{padding:4px 3px}
    .runs thead th{font-size:12px}.runs small{display:none}
    .half svg.plot text{font-size:16px}.book svg.plot text{font-size:14px}.book svg.plot{min-width:560px}
    html:not(.js) .time.wide svg.plot{min-width:640px}
    .facts{grid-template-columns:1fr}.formula small{display:none}
    .formula{min-width:0;white-space:nowrap}
    .facts dd{margin-bottom:6px}
    .brush{grid-template-columns:1fr auto}.strip{grid-column:1/-1}.span-text{width:auto;text-align:left}
    .top{grid-template-columns:1fr}.top .tools{grid-column:1;grid-row:auto}
    .story p,.book{margin-left:0}
    }
    @media screen and (min-width:1100px){.half svg.plot text{font-size:11px}.wide svg.plot text{font-size:10px}
    .book svg.plot text{font-size:12px}}
    .js .time svg.plot text{font-size:12px}
    @media (forced-colors:active){
    .card,.tiles div{border-color:CanvasText}
    .f1,.f2,.f3,.f4,.f5,.f6{fill:CanvasText}.s1,.s2,.s3,.s4,.s5,.s6,.s7,.cursor{stroke:CanvasText}
    svg text,svg .tag{fill:CanvasText;stroke:none}.grid path{stroke:CanvasText;stroke-opacity:.3}
    .dots{color:CanvasText!important}.shade{fill:CanvasText;fill-opacity:.1}
    .bid1,.bid2,.bid3,.bid4{stroke:Highlight}.offer-ground{fill:CanvasText}.offer-line,.hatch-ground{stroke:Canvas;fill:Canvas}
    .hatch-line{stroke:CanvasText}
    .window{background:none;border-color:Highlight}
    .heat td{forced-color-adjust:none;color:#000}.heat .g1,.heat .l1{background:#fff}
    }
    @media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
    @media print{
    @page{size:A4;margin:14mm}
    :root,:root[data-theme]{color-scheme:light;--page:#fff;--card:#fff;--text:#000;--soft:#444;--edge:#bbb;--grid:#ddd;--strong:#777;
    --link:#000;--c1:#0a5fb4;--c2:#b8400a;--c3:#66707c;--c4:#0b7a75;--c5:#7a3fa8;--c6:#7a6200;--c7:#000;--g1:#eaf2fb;--g2:#cfe2f6;
    --g3:#a9cbee;--g4:#7fb1e4;--l1:#fdeee4;--l2:#fad6bf;--l3:#f5b58f;--l4:#ee9360;--shade:#b8400a1f;--note:#fff;--warn:#7a4b00}
    html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    body{font-size:11px}
    .top,main,footer{max-width:none;padding:0}
    h1{font-size:22px}h2{font-size:17px;margin-top:18px;break-after:avoid}h3{break-after:avoid;font-size:13px}
    .tiles dd{font-size:16px}.tiles{grid-template-columns:repeat(4,1fr)}
    .lead{font-size:14px}
    table,.note,.card>p,figcaption p,.formula,thead th,.missing,.absent,.metrics td:nth-child(3),.assumptions em,.legend,dt,
    .heat{font-size:10px}
    small,td small,.tiles small,.tiles details,pre,pre code,.half table,.half thead th{font-size:9px}
    th,td{padding:2px 5px}.half th,.half td{padding:2px 3px}
    tbody th{min-width:0}
    .formula{min-width:0}
    #brush,.contents,.skip,.tools,.row,details.data,.script-only,.selected,.tip,.legend output{display:none!important}
    .card,figure,tr,.tiles div{break-inside:avoid}
    div.card:has(table){break-inside:auto}
    .scroll{overflow:visible;background:none}
    td.n{white-space:normal}td.t{min-width:0}
    details::details-content{content-visibility:visible;display:block;height:auto}
    details.story::details-content,details.data::details-content{content-visibility:hidden}
    .grid-of-cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
    .card{padding:8px}
    pre{max-height:none;white-space:pre-wrap}.stories{max-height:none;overflow:visible}
    }

    """
}
