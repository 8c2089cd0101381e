(function () {
  "use strict";
  var config = JSON.parse(document.getElementById("config").textContent);
  var boxes = Array.prototype.slice.call(document.querySelectorAll("[data-chart]"));
  var drawn = {};

  function figureOf(name) {
    return JSON.parse(document.getElementById("figure-" + name).textContent);
  }

  // A chart that keeps its shape is as high as its width asks for; the others keep their height.
  function heightOf(figure, width) {
    return figure.aspect ? Math.min(figure.layout.height, Math.round(width * figure.aspect) + 130) : figure.layout.height;
  }

  // Numbers of a narrow axis must not run together; 0 leaves their count to the width.
  function ticksOf(width) { return width < 480 ? 4 : 0; }

  function draw(box) {
    var name = box.dataset.chart;
    if (drawn[name]) { return drawn[name]; }
    var figure = figureOf(name);
    figure.layout.height = heightOf(figure, box.clientWidth);
    figure.layout.xaxis = Object.assign({}, figure.layout.xaxis, { nticks: ticksOf(box.clientWidth) });
    box.style.minHeight = figure.layout.height + "px";
    drawn[name] = Plotly.newPlot(box, figure.data, figure.layout, config);
    return drawn[name];
  }

  // One chart a turn, from the top: the page can be read and scrolled meanwhile.
  var later = window.requestIdleCallback || function (act) { return setTimeout(act, 1); };
  function next(k) {
    if (k >= boxes.length) { document.documentElement.dataset.ready = "true"; return; }
    draw(boxes[k]).then(function () { later(function () { next(k + 1); }); });
  }
  requestAnimationFrame(function () { setTimeout(function () { next(0); }, 0); });

  // Images carry the title and the source line, which the page sets as text of its own.
  function save(box, format) {
    var name = box.dataset.chart, figure = figureOf(name);
    var layout = Object.assign({}, figure.layout, figure.image, { autosize: false, width: 900 });
    if (figure.aspect) { layout.height = Math.round(900 * figure.aspect) + layout.margin.t + layout.margin.b; }
    return Plotly.downloadImage(
      { data: figure.data, layout: layout, config: config },
      { format: format, width: 900, height: layout.height, scale: format === "png" ? 2 : 1, filename: name }
    );
  }
  document.querySelectorAll("[data-save]").forEach(function (button) {
    button.addEventListener("click", function () {
      save(document.querySelector("[data-chart='" + button.dataset.of + "']"), button.dataset.save);
    });
  });

  document.querySelectorAll(".sort").forEach(function (button) {
    button.addEventListener("click", function () {
      var head = button.closest("th"), table = head.closest("table"), body = table.tBodies[0];
      var column = head.cellIndex, down = head.getAttribute("aria-sort") !== "descending";
      if (column === 0) { down = head.getAttribute("aria-sort") === "ascending"; }
      table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      function key(row) {
        var cell = row.cells[column];
        return column === 0 ? cell.textContent.trim() : parseFloat(cell.dataset.order);
      }
      Array.prototype.slice.call(body.rows).sort(function (one, other) {
        var a = key(one), b = key(other);
        var order = column === 0 ? a.localeCompare(b, document.documentElement.lang) : a - b;
        return down ? -order : order;
      }).forEach(function (row) { body.appendChild(row); });
    });
  });

  // On paper letters are smaller, charts lower, and one whose names take two lines has the whole width,
  // for names and the title of its axis in one line.
  function fit(width) {
    boxes.forEach(function (box) {
      var figure = figureOf(box.dataset.chart), layout = figure.layout, told = Boolean(box.closest(".told"));
      var names = (layout.yaxis || {}).ticktext || [], across = names.length > 4 && /<br>/.test(names.join());
      var whole = figure.aspect || across || told;  // the others stand two beside each other
      var wide = whole ? width : Math.round(width / 2) - 10;
      var high = figure.aspect ? 0.82 * heightOf(figure, wide) : (told ? 0.72 : 0.86) * layout.height;
      var now = width
        ? { width: wide, autosize: false, height: high, "font.size": 10.5, "xaxis.nticks": ticksOf(wide) }
        : { width: null, autosize: true, height: heightOf(figure, box.clientWidth), "font.size": layout.font.size,
            "xaxis.nticks": ticksOf(box.clientWidth) };
      if (across) {
        var title = layout.xaxis.title.text, lines = 16 * (title.split("<br>").length - 1);
        now.height -= width ? 10 * names.length + lines : 0;
        now["margin.b"] = layout.margin.b - (width ? lines : 0);
        now["xaxis.title.text"] = width ? title.replace(/<br>/g, " ") : title;
        now["yaxis.ticktext"] = names.map(function (name) { return width ? name.replace("<br>", " ") : name; });
      }
      box.closest("figure").classList.toggle("across", Boolean(width && across));
      box.style.minHeight = 0;
      Plotly.relayout(box, now);
    });
  }
  window.addEventListener("beforeprint", function () {
    boxes.forEach(draw);
    fit(690);
    document.querySelectorAll("details.print:not([open])").forEach(function (one) {
      one.open = true;
      one.dataset.shut = "true";
    });
  });
  window.addEventListener("afterprint", function () {
    fit(0);
    document.querySelectorAll("[data-shut]").forEach(function (one) {
      one.open = false;
      delete one.dataset.shut;
    });
  });
})();
