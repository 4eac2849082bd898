// What a host page embeds, served as /widget.js:
// <script src="https://…/widget.js" data-lang="ar" data-position="start" async></script>
// Adopted style sheets and no inline style: it lives under the host's strictest policy.
// The only words outside texts/: one cacheable file serves every language.
(() => {
  if (customElements.get('shakwa-chat')) return;
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const given = { lang: 'ar', position: 'end', agency: '', place: '', ...script.dataset };
  const words = {
    ar: ['قدّم شكوى', 'إغلاق المحادثة', 'خدمة الشكاوى'],
    en: ['File a complaint', 'Close the chat', 'Complaints service'],
    ur: ['شکایت درج کریں', 'چیٹ بند کریں', 'شکایات کی سروس'],
  };
  const [open, close, title] = words[given.lang] ?? words.ar;
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; position: fixed; z-index: 2147483000; inset-block-end: 16px; inset-inline-end: 16px }
    :host([position=start]) { inset-inline: 16px auto }
    :host([position=start]) button { margin-inline: 0 auto }
    button { display: flex; margin-inline-start: auto; align-items: center; gap: 10px; min-height: 56px; padding: 0 20px; border: 2px solid #0000; border-radius: 28px; background: #0b5f5a; color: #fff;
      font: 600 17px/1.4 "Segoe UI", "Noto Sans Arabic", Tahoma, system-ui; box-shadow: 0 4px 18px #0004; cursor: pointer }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #0b5f5a }
    svg { width: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
    iframe { display: block; box-sizing: border-box; width: 410px; max-width: calc(100vw - 32px); height: 680px; max-height: calc(100dvh - 104px); margin-block-end: 12px; border: 1px solid #0003; border-radius: 20px; box-shadow: 0 4px 18px #0004 }
    [hidden] { display: none }
    @media (max-width: 480px) {
      iframe { position: fixed; inset: 0; width: 100%; max-width: none; height: 100%; max-height: none; border: 0; border-radius: 0 }
      iframe:not([hidden]) + button { display: none }
    }
    @media print { :host { display: none } }`);

  function drawing() {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const path = document.createElementNS(svg.namespaceURI, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    path.setAttribute('d', 'M4 5h16v11h-9l-5 4v-4H4zM8 10.5h8');
    svg.append(path);
    return svg;
  }

  class ShakwaChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [style];
      this.lang = given.lang;
      this.dir = given.lang === 'en' ? 'ltr' : 'rtl';
      this.setAttribute('position', given.position);
      this.launcher = document.createElement('button');
      this.label = document.createElement('span');
      this.launcher.append(drawing(), this.label);
      this.launcher.onclick = () => this.toggle();
      root.append(this.launcher);
      this.tell(false);
      addEventListener('message', ({ source, data }) => data === 'shakwa:close' && source === this.frame?.contentWindow && this.toggle(false));
      addEventListener('keydown', ({ key }) => key === 'Escape' && this.shown && this.toggle(false));
      // Any link of the host page can open the chat; without this script it leads to the page itself.
      addEventListener('click', (event) => {
        this.opener = event.target.closest?.('[data-shakwa-open]');
        if (this.opener) this.toggle(true, event.preventDefault());
      });
    }

    toggle(on = !this.shown) {
      this.frame ??= this.framed();
      this.frame.hidden = !on;
      this.tell(on);
      if (on) this.frame.focus();
      else (this.opener ?? this.launcher).focus();
    }

    tell(on) {
      this.shown = on;
      this.launcher.ariaExpanded = on;
      this.label.textContent = on ? close : open;
    }

    framed() {
      const frame = document.createElement('iframe');
      const { lang, agency, place } = given;
      frame.src = `${origin}/widget/?${new URLSearchParams({ lang, agency, place })}`;
      frame.title = title;
      frame.allow = 'microphone; geolocation; clipboard-write';
      this.launcher.before(frame);
      return frame;
    }
  }

  customElements.define('shakwa-chat', ShakwaChat);
  const add = () => document.querySelector('shakwa-chat') ?? document.body.append(document.createElement('shakwa-chat'));
  if (document.body) add();
  else addEventListener('DOMContentLoaded', add);
})();
