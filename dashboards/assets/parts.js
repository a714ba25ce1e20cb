// Parts of a page that no callback reaches: one component for Dash, however many elements it holds.
(function () {
  "use strict";

  var NARROW = "(max-width: 760px)";
  var parts = (window.ioc_parts = window.ioc_parts || {});

  // what Dash's own link does: the address changes, the page stays loaded
  parts.open = function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    event.preventDefault();
    window.history.pushState({}, "", event.currentTarget.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo({ top: 0 });
  };

  function drawEach(children, drawn) {
    children.forEach(function (child) {
      if (Array.isArray(child)) { drawEach(child, drawn); } else { drawn.push(draw(child)); }
    });
    return drawn;
  }

  function draw(part) {
    if (part === null || typeof part !== "object") { return part; }
    var given = part.props, properties = {};
    Object.keys(given).forEach(function (name) {
      if (name !== "children") { properties[name] = given[name]; }
    });
    var tag = part.type === "Link" ? "a" : part.type.toLowerCase();
    if (part.type === "Link") { properties.onClick = parts.open; }
    if (tag === "details" && properties["data-narrow"] && window.matchMedia(NARROW).matches) { properties.open = false; }
    var inner = given.children === null || given.children === undefined ? [] : drawEach([given.children], []);
    return window.React.createElement.apply(null, [tag, properties].concat(inner));
  }

  function Parts(properties) {
    return window.React.createElement.apply(null, [window.React.Fragment, null].concat(drawEach(properties.tree, [])));
  }

  // paper shows everything
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details[data-narrow]").forEach(function (one) { one.open = true; });
  });

  // a searched select is for typing at once: what stands in it gives way
  document.addEventListener("click", function (event) {
    var box = event.target;
    if (box.matches && box.matches(".filter input") && box.selectionStart === box.selectionEnd) { box.select(); }
  });

  // a callback elsewhere on the page is no reason to draw these again
  parts.Parts = window.React.memo(Parts, function (one, other) { return one.tree === other.tree; });
})();
