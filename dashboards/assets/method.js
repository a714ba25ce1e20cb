// The method page: finding by words, and places of the address in a page that fills late.
(function () {
  "use strict";

  function accentFree(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  // the words as they stand; where nothing has them so, all of them in any order
  function search(page, text) {
    var phrase = accentFree(text).trim().replace(/\s+/g, " ");
    var found = keep(page, [phrase]) || keep(page, phrase.split(" "));
    page.querySelector(".method-places").hidden = phrase !== "";
    page.querySelectorAll(".method-group").forEach(function (group) {
      group.hidden = !group.querySelector(".method-entry:not([hidden])");
    });
    page.querySelector(".method-none").hidden = found > 0;
  }

  function keep(page, wanted) {
    var found = 0;
    page.querySelectorAll(".method-entry").forEach(function (entry) {
      var content = accentFree(entry.textContent);
      entry.hidden = !wanted.every(function (part) { return content.indexOf(part) >= 0; });
      found += entry.hidden ? 0 : 1;
    });
    return found;
  }

  function show() {
    var name = decodeURIComponent(window.location.hash.slice(1));
    var place = name && document.querySelector('.method .anchored[name="' + CSS.escape(name) + '"]');
    document.querySelectorAll(".method-target").forEach(function (old) { old.classList.remove("method-target"); });
    if (!place) { return Boolean(document.querySelector(".method")); }
    place.parentElement.classList.add("method-target");
    place.scrollIntoView();
    return true;
  }

  // the page comes after its address: look again until it is there
  function showSoon() {
    if (window.location.pathname.replace(/\/$/, "").slice(-7) !== "/method" || !window.location.hash) { return; }
    var tries = 0;
    var waiting = window.setInterval(function () {
      tries += 1;
      if (show() || tries > 100) { window.clearInterval(waiting); }
    }, 100);
  }

  document.addEventListener("input", function (event) {
    if (event.target.matches && event.target.matches(".method-search")) {
      search(event.target.closest(".method"), event.target.value);
    }
  });
  window.addEventListener("hashchange", show);
  window.addEventListener("_dashprivate_pushstate", showSoon);
  window.addEventListener("DOMContentLoaded", showSoon);
})();
