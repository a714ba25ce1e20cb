// How cells of grids are drawn, and the search boxes beside them.
(function () {
  "use strict";

  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  function make() { return window.React.createElement.apply(null, arguments); }

  function write(value, decimals, signs) {
    if (value === null || value === undefined) { return "—"; }
    var parts = Math.abs(value).toFixed(decimals).split(".");
    var whole = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, signs.thousands);
    return (value < 0 ? "−" : "") + whole + (parts[1] ? signs.decimal + parts[1] : "");
  }

  // parts.js comes after this file
  function open(event) { window.ioc_parts.open(event); }

  cells.IocNumber = function (props) {
    // a row may count in whole numbers what others measure
    var own = props.data && props.data.decimals;
    return write(props.value, own === undefined ? props.decimals || 0 : own, props.context);
  };
  cells.IocLink = function (props) {
    return make("a", { href: props.data.href, onClick: open, className: "grid-link", title: props.data.title }, props.value);
  };
  cells.IocPoints = function (props) {
    var share = props.value === null || props.value === undefined ? null : Math.max(0, Math.min(1, props.value / props.max));
    var bar = share === null
      ? make("span", { className: "track track-unknown" })
      : make("span", { className: "track" }, make("span", { className: "track-fill", style: { width: share * 100 + "%" } }));
    return make("span", { className: "grid-points" }, make("b", null, write(props.value, 2, props.context)), bar);
  };
  cells.IocChange = function (props) {
    var value = props.value;
    if (value === null || value === undefined) { return make("span", { className: "change change-flat" }, "—"); }
    if (Math.abs(value) < 0.5 * Math.pow(10, -(props.decimals || 0))) { return make("span", { className: "change change-flat" }, "="); }
    var text = (value > 0 ? "▲ " : "▼ ") + write(Math.abs(value), props.decimals || 0, props.context);
    // while results are still to come, a movement is neither good nor bad
    var feeling = props.data.settled === false ? "flat" : value > 0 ? "better" : "worse";
    return make("span", { className: "change change-" + feeling }, make("b", null, text));
  };
  cells.IocBand = function (props) {
    if (!props.value) { return "—"; }
    return make("span", { className: "band band-" + props.data.band }, props.value);
  };
  cells.IocState = function (props) {
    var status = props.data.status;
    return make("span", { className: "state state-" + status }, make("i", { className: "mark mark-" + status }), props.value);
  };

  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().trim();
  }

  function search(event) {
    var box = event.target.closest(".grid-search");
    if (!box || !window.dash_ag_grid) { return; }
    var grid = window.dash_ag_grid.getApi(box.getAttribute("data-grid"));
    askForRest(grid);
    grid.setGridOption("quickFilterText", fold(event.target.value));
  }

  // a long grid begins with its first rows; the others come before anybody misses them, or is misled by their absence
  var asked = new WeakSet(), FEW_LEFT = 40;

  function askForRest(grid) {
    var rest = (grid.getGridOption("context") || {}).rest;
    if (!rest || asked.has(grid)) { return; }
    asked.add(grid);
    fetch(rest.href, { cache: "no-store" }).then(function (response) {
      if (!response.ok) { throw new Error(response.status); }
      return response.json();
    }).then(function (told) {
      if (grid.isDestroyed()) { return; }
      grid.applyTransaction({ add: told.rows });
      window.dash_clientside.set_props(rest.note, { children: "" });
    }).catch(function () { asked.delete(grid); });
  }

  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.iocAskForRest = function (event) {
    var isAtEnd = event.type === "viewportChanged" && event.lastRow > event.api.getDisplayedRowCount() - FEW_LEFT;
    if (isAtEnd || event.type === "sortChanged") { askForRest(event.api); }
  };

  // on a phone the columns that matter come first and fit; the others keep their order to the right of them
  var NARROW_PX = 520, wide = new WeakMap();

  functions.iocFitWidth = function (event) {
    var grid = event.api, first = (grid.getGridOption("context") || {}).narrow;
    var seen = grid.getHorizontalPixelRange(), width = seen.right - seen.left, isNarrow = width < NARROW_PX;
    if (!first || width <= 0 || isNarrow === wide.has(grid)) { return; }
    if (!isNarrow) { grid.setGridOption("columnDefs", wide.get(grid)); wide.delete(grid); return; }
    wide.set(grid, grid.getColumnDefs());
    grid.setGridOption("columnDefs", narrowed(grid.getColumnDefs(), first));
  };

  function narrowed(columns, first) {
    var widths = new Map(first.map(function (one) { return [one.colId, one.width]; }));
    var of = function (name) { return columns.find(function (one) { return one.field === name; }); };
    var front = first.filter(function (one) { return of(one.colId); }).map(function (one) {
      return Object.assign({}, of(one.colId), { width: one.width, minWidth: 30, flex: null });
    });
    return front.concat(columns.filter(function (one) { return !widths.has(one.field); }));
  }

  document.addEventListener("input", search);
})();

// Names sort as the Vietnamese alphabet does: by the key that each row carries.
(function () {
  "use strict";
  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.iocBySortKey = function (one, other, oneNode, otherNode) {
    var a = oneNode.data.order, b = otherNode.data.order;
    return a < b ? -1 : a > b ? 1 : 0;
  };
})();
