// How does a tab listen? One event stream, closed while nobody looks at the tab, resumed from the last mark it saw.
(function () {
  "use strict";

  class Source extends EventTarget {
    constructor(url) {
      super();
      this.url = url;
      this.last = "";
      this.closed = false;
      this.names = new Set();
      this.hear = (event) => {
        if (event.lastEventId) this.last = event.lastEventId;
        this.dispatchEvent(new MessageEvent(event.type, { data: event.data, lastEventId: event.lastEventId }));
      };
      this.look = () => (document.hidden ? this.sleep() : this.wake());
      document.addEventListener("visibilitychange", this.look);
      for (const name of ["here", "beat", "changed", "ended"]) this.names.add(name);
      this.look();
    }

    get readyState() {
      return this.closed ? EventSource.CLOSED : this.inner ? this.inner.readyState : EventSource.OPEN;
    }

    addEventListener(name, act, how) {
      super.addEventListener(name, act, how);
      if (!["open", "error"].includes(name) && !this.names.has(name)) {
        this.names.add(name);
        if (this.inner) this.inner.addEventListener(name, this.hear);
      }
    }

    wake() {
      if (this.inner || this.closed) return;
      const url = this.last ? this.url + "?last=" + encodeURIComponent(this.last) : this.url;
      this.inner = new EventSource(url);
      for (const name of this.names) this.inner.addEventListener(name, this.hear);
      this.inner.addEventListener("ended", () => { this.close(); location.reload(); });
      this.inner.onopen = () => { show("here"); if (this.onopen) this.onopen(new Event("open")); };
      this.inner.onerror = () => {
        show("cut");
        // A refusal is final for EventSource: try again, as seldom as a person would.
        if (this.inner && this.inner.readyState === EventSource.CLOSED) {
          this.sleep("cut");
          setTimeout(() => { if (!document.hidden) this.wake(); }, 10000);
        }
      };
    }

    sleep(how) {
      if (this.inner) this.inner.close();
      this.inner = null;
      show(how || "asleep");
    }

    close() {
      this.closed = true;
      if (this.inner) this.inner.close();
      this.inner = null;
      document.removeEventListener("visibilitychange", this.look);
    }
  }

  function show(state) {
    const live = document.getElementById("live");
    if (!live) return;
    live.dataset.state = state;
    live.title = live.dataset[state] || "";
    live.textContent = state === "here" ? "" : live.dataset[state] || "";
  }

  window.htmx.createEventSource = (url) => new Source(url);
})();
