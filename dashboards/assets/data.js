// The Data page's actions: a file handed in, a row corrected, a run asked for. The server checks and answers with what to show.
(function () {
  "use strict";

  var ASK_AGAIN_MS = 3000;
  var ASK_FOR_MS = 900000;
  var SETTLED_MS = 1000;
  var chosen = { file: null, source: null };
  var asking = {};

  function show(place, children) {
    if (document.getElementById(place)) { window.dash_clientside.set_props(place, { children: children }); }
  }

  function language() { return new URLSearchParams(window.location.search).get("lang") || ""; }

  function post(action, query, body, headers) {
    var address = "/data/actions/" + action + "?" + new URLSearchParams(Object.assign({ lang: language() }, query));
    var own = Object.assign({ "X-Ioc-Action": "1" }, headers);
    return fetch(address, { method: "POST", body: body, headers: own, cache: "no-store" }).then(function (response) {
      return response.json().then(function (told) { return { ok: response.ok, children: told.children, done: told.done }; });
    });
  }

  function tell(action, told) {
    return post(action, {}, JSON.stringify(told), { "Content-Type": "application/json" });
  }

  function send(action, query) {
    var headers = { "Content-Type": "application/octet-stream", "X-Ioc-File": encodeURIComponent(chosen.file.name) };
    return post(action, Object.assign({ source: chosen.source }, query), chosen.file, headers);
  }

  function answer(place, promise, button) {
    if (button) { button.disabled = true; }
    return promise.then(function (told) {
      show(place, told.children);
      if (button && !told.ok) { button.disabled = false; }
      window.setTimeout(follow, 300);
      return told;
    }).catch(function () {
      if (button) { button.disabled = false; }
    });
  }

  // how a run goes that was asked for: until it has ended, or nobody looks any more
  function follow() {
    document.querySelectorAll("[data-run-since]").forEach(function (node) {
      var source = node.getAttribute("data-run-source"), since = node.getAttribute("data-run-since");
      var key = source + "|" + since;
      var holder = node.closest("#data-upload-result, #data-desk-result, #data-run-result, #data-replay-result");
      if (asking[key] || !holder) { return; }
      asking[key] = Date.now();
      ask(holder.id, key, { source: source, since: since });
    });
  }

  function ask(place, key, wish) {
    window.setTimeout(function () {
      tell("state", wish).then(function (told) {
        if (told.done) { show(place, told.children); return; }
        if (Date.now() - asking[key] < ASK_FOR_MS && document.getElementById(place)) { ask(place, key, wish); }
      }).catch(function () { ask(place, key, wish); });
    }, ASK_AGAIN_MS);
  }

  function take(file, form) {
    var select = form.querySelector("select");
    if (!file || !select) { return; }
    chosen = { file: file, source: select.value };
    form.classList.add("busy");
    answer("data-upload-result", send("preview", {})).then(function () { form.classList.remove("busy"); });
  }

  function choose(form) {
    var input = document.createElement("input");
    input.type = "file";
    input.addEventListener("change", function () { take(input.files[0], form); });
    input.click();
  }

  function correct(button) {
    var form = button.closest("[data-row]");
    var changes = {};
    form.querySelectorAll("[data-column]").forEach(function (field) {
      var value = field.querySelector("input").value.trim();
      if (value) { changes[field.getAttribute("data-column")] = value; }
    });
    var box = form.querySelector(".desk-remember input");
    var told = { row: form.getAttribute("data-row"), changes: changes, remember: !!(box && box.checked) };
    answer("data-desk-result", tell("correct", told), button);
  }

  var actions = {
    choose: function (button) { choose(button.closest(".upload-form")); },
    confirm: function (button) {
      if (chosen.file) { answer("data-upload-result", send("confirm", { sha256: button.getAttribute("data-sha256") }), button); }
    },
    leave: function () { chosen = { file: null, source: null }; show("data-upload-result", ""); },
    suggest: function (button) {
      window.dash_clientside.set_props(button.getAttribute("data-target"), { value: button.getAttribute("data-value") });
    },
    correct: correct,
    replay: function (button) {
      var place = document.getElementById("data-replay-result") ? "data-replay-result" : "data-desk-result";
      answer(place, tell("replay", { source: button.getAttribute("data-source") }), button);
    },
    run: function (button) {
      answer("data-run-result", tell("run", { source: button.getAttribute("data-source") }), button)
        .then(function () { window.setTimeout(function () { button.disabled = false; }, ASK_AGAIN_MS); });
    }
  };

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-action]");
    if (button && actions[button.getAttribute("data-action")]) { actions[button.getAttribute("data-action")](button); }
  });

  // a row was opened: its form lies below the table, so it comes into view, ready for typing; once, not at each drawing
  var opened = null;

  function meet() {
    var desk = document.querySelector("[data-desk-row]");
    var row = desk && desk.getAttribute("data-desk-row");
    if (row === opened) { return; }
    opened = row;
    if (!desk) { return; }
    var box = desk.querySelector(".desk-field input");
    if (box) { box.focus({ preventScroll: true }); }
    bringIntoView();
    // on a page that has just been opened, what stands above is still being filled
    window.setTimeout(bringIntoView, SETTLED_MS);
  }

  function bringIntoView() {
    var desk = document.querySelector("[data-desk-row]");
    if (!desk) { return; }
    var panel = desk.closest(".panel"), isTall = panel.offsetHeight > window.innerHeight;
    var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: isTall ? "start" : "center" });
  }

  new MutationObserver(meet).observe(document.documentElement, { childList: true, subtree: true });

  // another source was chosen: the file that is there is looked at anew
  document.addEventListener("change", function (event) {
    var form = event.target.closest && event.target.closest(".upload-form");
    if (form && chosen.file) { take(chosen.file, form); }
  });

  ["dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var zone = event.target.closest && event.target.closest("[data-drop]");
      if (!zone) { return; }
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
      if (name === "drop") { take(event.dataTransfer.files[0], zone.closest(".upload-form")); }
    });
  });
})();
