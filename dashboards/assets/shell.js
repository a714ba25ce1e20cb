// What only the browser can do: choices into the address, ages that count on, following new snapshots.
(function () {
  "use strict";

  var POLL_MS = 10000;
  var REDRAW_MS = 300000;
  var state = { etag: null, awaySince: null, seen: null, bucket: null };

  function words() {
    var holder = document.getElementById("shell-words");
    return holder ? JSON.parse(holder.textContent) : {};
  }

  function accentFree(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  window.dashMantineFunctions = window.dashMantineFunctions || {};
  window.dashMantineFunctions.accentFree = function (input) {
    var wanted = accentFree(input.search).trim().split(/\s+/);
    function fits(option) {
      var label = accentFree(option.label);
      return wanted.every(function (part) { return label.indexOf(part) >= 0; });
    }
    return input.options.reduce(function (kept, option) {
      var items = option.items ? option.items.filter(fits) : [];
      if (items.length) { return kept.concat([{ group: option.group, items: items }]); }
      return !option.items && fits(option) ? kept.concat([option]) : kept;
    }, []);
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    choose: function (values, clicks, ids, path, search) {
      var same = window.dash_clientside.no_update;
      var trigger = window.dash_clientside.callback_context.triggered[0];
      if (trigger && trigger.prop_id.indexOf("clickData") > 0) {
        if (!trigger.value || !trigger.value.points.length) { return [same, same]; }
        return [trigger.value.points[0].customdata, search];
      }
      var query = new URLSearchParams(search || "");
      var target = path;
      ids.forEach(function (id, place) {
        var value = values[place];
        if (value === null || value === undefined || value === id.shown) { return; }
        if (id.name === "unit" && /^\/units\//.test(path)) { target = "/units/" + encodeURIComponent(value); return; }
        if (id.name === "index" && /^\/indices\//.test(path)) { target = "/indices/" + encodeURIComponent(value); return; }
        query.set(id.name, value);
      });
      var text = query.toString().replace(/\+/g, "%20");
      var chosen = text ? "?" + text : "";
      var before = new URLSearchParams(search || "").toString().replace(/\+/g, "%20");
      return [target === path ? same : target, text === before ? same : chosen];
    },
    entitle: function (title) {
      document.title = title;
      document.documentElement.classList.toggle("kiosk-root", isKiosk());
      return window.dash_clientside.no_update;
    }
  };

  function isKiosk() {
    return new URLSearchParams(window.location.search).get("kiosk") === "1";
  }

  function age(moment) {
    var minutes = Math.floor((Date.now() - Date.parse(moment + "+07:00")) / 60000);
    var say = words();
    if (minutes < 1) { return say.now; }
    if (minutes < 60) { return say.minutes.replace("{n}", minutes); }
    if (minutes < 48 * 60) { return say.hours.replace("{n}", Math.floor(minutes / 60)); }
    return say.days.replace("{n}", Math.floor(minutes / 1440));
  }

  function countAges() {
    document.querySelectorAll("[data-moment]").forEach(function (node) {
      var text = age(node.getAttribute("data-moment"));
      // The text node stays React's own; only its text moves on.
      if (node.firstChild && node.firstChild.nodeValue !== text) { node.firstChild.nodeValue = text; }
    });
  }

  function two(number) { return (number < 10 ? "0" : "") + number; }

  function clockText(time) {
    // the site's own time, wherever the screen's clock thinks it is
    var here = new Date(time.getTime() + 7 * 3600000);
    return two(here.getUTCHours()) + ":" + two(here.getUTCMinutes()) + " " + two(here.getUTCDate()) + "/" +
      two(here.getUTCMonth() + 1) + "/" + here.getUTCFullYear();
  }

  function tell(text, action) {
    var place = document.getElementById("shell-link-state");
    if (!place) { return; }
    place.hidden = !text;
    place.replaceChildren();
    if (!text) { return; }
    place.append(text + " ");
    if (action) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = words().show;
      button.addEventListener("click", action);
      place.append(button);
    }
  }

  function redraw(version) {
    tell("");
    window.dash_clientside.set_props("shell-version", { data: version });
  }

  function follow(etag) {
    var bucket = Math.floor(Date.now() / REDRAW_MS);
    var renewed = state.seen !== null && state.seen !== etag;
    var due = isKiosk() && state.bucket !== null && state.bucket !== bucket;
    if (state.seen === null) { state.seen = etag; }
    if (state.bucket === null) { state.bucket = bucket; }
    if (renewed && !isKiosk() && state.seen !== '"none"') {
      tell(words().renewed, function () { state.seen = etag; redraw(etag); });
    } else if (renewed || due) {
      state.seen = etag;
      state.bucket = bucket;
      redraw(etag + "@" + bucket);
    }
  }

  function poll() {
    fetch("/api/v1/version", { headers: state.etag ? { "If-None-Match": state.etag } : {}, cache: "no-store" })
      .then(function (response) {
        if (response.status >= 500) { throw new Error("server"); }
        if (state.awaySince) { state.awaySince = null; tell(""); }
        state.etag = response.headers.get("ETag") || state.etag;
        follow(state.etag);
      })
      .catch(function () {
        state.awaySince = state.awaySince || new Date();
        var say = words().away;
        if (say) { tell(say.replace("{moment}", clockText(state.awaySince))); }
      });
  }

  // a step deeper on the same page keeps the place: the link's own script would jump to the top
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.origin !== location.origin || link.pathname !== location.pathname) { return; }
    var top = window.scrollY;
    window.setTimeout(function () { window.scrollTo(0, top); }, 0);
  }, true);

  window.addEventListener("load", function () {
    document.documentElement.classList.toggle("kiosk-root", isKiosk());
    window.setInterval(countAges, 20000);
    window.setInterval(poll, POLL_MS);
    poll();
  });
})();
