/* The browser's own form controls as Dash components: each has a label, works from the keyboard and
   with a screen reader, and tells Dash its value. analysis/dashboard/controls.py declares them. */
(function () {
  "use strict";
  var h = function () { return window.React.createElement.apply(null, arguments); };
  var PAUSE_MS = 250; /* how long a dragged slider rests before its value counts */

  function text(id) {
    if (typeof id === "string") { return id; }
    return "{" + Object.keys(id).sort().map(function (key) {
      return JSON.stringify(key) + ":" + JSON.stringify(id[key]);
    }).join(",") + "}";
  }

  /* A value of our own that follows the one given from outside. */
  function useOwn(given) {
    var pair = window.React.useState(given);
    window.React.useEffect(function () { pair[1](given); }, [JSON.stringify(given)]);
    return pair;
  }

  function note(props) {
    return props.note ? h("span", {className: "note", id: text(props.id) + "-note"}, props.note) : null;
  }

  function Choice(props) {
    var id = text(props.id);
    var own = useOwn(props.value);
    return h("div", {className: "control choice"},
      h("label", {htmlFor: id}, props.label),
      h("select", {
        id: id, value: own[0], disabled: props.disabled,
        "aria-describedby": props.note ? id + "-note" : undefined,
        onChange: function (event) { own[1](event.target.value); props.setProps({value: event.target.value}); }
      }, props.options.map(function (one) {
        return h("option", {key: one.value, value: one.value}, one.label);
      })), note(props));
  }

  function Boxes(props) {
    var id = text(props.id);
    var own = useOwn(props.value || []);
    function toggle(value) {
      var next = props.options.map(function (one) { return one.value; }).filter(function (known) {
        return (own[0].indexOf(known) >= 0) !== (known === value);
      });
      own[1](next);
      props.setProps({value: next});
    }
    return h("fieldset", {className: "control boxes", id: id},
      h("legend", null, props.label), note(props),
      h("div", {className: "options"}, props.options.map(function (one) {
        return h("label", {key: one.value, title: one.title},
          h("input", {
            type: "checkbox", value: one.value, checked: own[0].indexOf(one.value) >= 0,
            onChange: function () { toggle(one.value); }
          }), " ", one.label);
      })));
  }

  /* What is chosen as chips, and a list to add from. */
  function Chips(props) {
    var id = text(props.id);
    var own = useOwn(props.value || []);
    function say(next) { own[1](next); props.setProps({value: next}); }
    var by = {}, groups = [];
    props.options.forEach(function (one) {
      by[one.value] = one.label;
      if (groups.indexOf(one.group) < 0) { groups.push(one.group); }
    });
    var chips = own[0].map(function (name) {
      return h("li", {key: name},
        h("span", null, by[name] || name), " ",
        h("button", {
          type: "button", "aria-label": props.drop + ": " + (by[name] || name), title: props.drop,
          onClick: function () { say(own[0].filter(function (other) { return other !== name; })); }
        }, "×"));
    });
    return h("fieldset", {className: "control chips", id: id},
      h("legend", null, props.label),
      chips.length ? h("ul", null, chips) : null,
      h("select", {
        id: id + "-add", value: "", "aria-label": props.add,
        onChange: function (event) { if (event.target.value) { say(own[0].concat([event.target.value])); } }
      },
      h("option", {value: ""}, props.add + " …"),
      groups.map(function (group) {
        return h("optgroup", {key: group, label: group}, props.options.filter(function (one) {
          return one.group === group && own[0].indexOf(one.value) < 0;
        }).map(function (one) { return h("option", {key: one.value, value: one.value}, one.label); }));
      })));
  }

  /* Officers on duty: a field for each hour and day; what differs from the usual is marked. */
  function Roster(props) {
    var id = text(props.id);
    var own = useOwn(props.value || []);
    var timer = window.React.useRef(null);
    function put(day, hour, word) {
      var rest = own[0].filter(function (one) { return one[0] !== day || one[1] !== hour; });
      var next = word === "" ? rest : rest.concat([[day, hour, word]]);
      own[1](next);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(function () {
        props.setProps({value: next.map(function (one) {
          var word = String(one[2]).trim();
          return [one[0], one[1], /^-?\d{1,9}$/.test(word) ? Number(word) : word];
        })});
      }, PAUSE_MS);
    }
    function field(day, hour) {
      var usual = props.usual[day][hour];
      var changed = own[0].filter(function (one) { return one[0] === day && one[1] === hour; })[0];
      return h("td", {key: day, className: changed ? "changed" : ""}, h("input", {
        type: "text", inputMode: "numeric", maxLength: 9, placeholder: String(Math.round(usual)),
        value: changed ? changed[2] : "",
        "aria-label": props.days[day] + ", " + hour + " h (" + usual + ")",
        onChange: function (event) { put(day, hour, event.target.value); }
      }));
    }
    return h("div", {className: "control roster", id: id},
      h("div", {className: "scroll", role: "region", tabIndex: 0, "aria-label": props.label},
        h("table", null,
          h("caption", null, props.label),
          h("thead", null, h("tr", null, h("th", {scope: "col"}, props.hour),
            props.days.map(function (day) { return h("th", {key: day, scope: "col"}, day); }))),
          h("tbody", null, Array.apply(null, {length: 24}).map(function (_, hour) {
            return h("tr", {key: hour}, h("th", {scope: "row"}, hour + "–" + (hour + 1)),
              props.days.map(function (_, day) { return field(day, hour); }));
          })))),
      h("button", {
        type: "button", className: "plain", disabled: !own[0].length,
        onClick: function () { own[1]([]); props.setProps({value: []}); }
      }, props.reset));
  }

  function Amount(props) {
    var id = text(props.id);
    var times = props.times || 1;
    function tidy(value) { return Number((value * times).toPrecision(10)); }
    var own = useOwn(tidy(props.value));
    var timer = window.React.useRef(null);
    function say(word) {
      own[1](word);
      window.clearTimeout(timer.current);
      if (word === "" || !isFinite(Number(word))) { return; }
      var value = Number((Number(word) / times).toPrecision(10));
      timer.current = window.setTimeout(function () { props.setProps({value: value}); }, PAUSE_MS);
    }
    function hear(event) { say(event.target.value); }
    return h("div", {className: "control amount"},
      h("label", {htmlFor: id}, props.label),
      h("div", {className: "both"},
        h("input", {
          type: "range", id: id, min: tidy(props.min), max: tidy(props.max), step: tidy(props.step),
          value: own[0], "aria-valuetext": own[0] + " " + (props.unit || ""), onChange: hear
        }),
        h("input", {
          type: "number", id: id + "-number", min: tidy(props.min), max: tidy(props.max), step: "any",
          value: own[0], "aria-label": props.label + (props.unit ? " [" + props.unit + "]" : ""),
          onChange: hear,
          onBlur: function () { if (own[0] === "" || !isFinite(Number(own[0]))) { own[1](tidy(props.value)); } }
        }),
        h("span", {className: "unit"}, props.unit)), note(props));
  }

  function Entry(props) {
    var id = text(props.id);
    var own = useOwn(props.value);
    function commit() { if (own[0] !== props.value) { props.setProps({value: own[0]}); } }
    return h("div", {className: "control entry"},
      h("label", {htmlFor: id}, props.label),
      h("input", {
        type: props.kind || "text", id: id, value: own[0], min: props.min, max: props.max,
        maxLength: props.longest, placeholder: props.placeholder, autoComplete: "off",
        "aria-describedby": props.note ? id + "-note" : undefined,
        onChange: function (event) {
          own[1](event.target.value);
          if (props.kind === "date" && event.target.value) { props.setProps({value: event.target.value}); }
        },
        onBlur: commit,
        onKeyDown: function (event) { if (event.key === "Enter") { commit(); } }
      }), note(props));
  }

  window.border_controls = {
    Choice: Choice, Boxes: Boxes, Amount: Amount, Entry: Entry, Chips: Chips, Roster: Roster
  };
})();

/* What draws the charts: the part of plotly.js that they need, a third of what Dash would load. It
   comes while the server makes its first answer, and Dash, if it asks, gets the same. */
(function () {
  "use strict";
  var PLOTLY = "/assets/plotly-cartesian.min.js";
  Object.defineProperty(window, "_dashPlotlyJSURL", {get: function () { return PLOTLY; }, set: function () {}});
  var script = null;
  window.border_drawing = function () {
    if (script) { return; }
    script = document.createElement("script");
    script.src = PLOTLY;
    document.head.appendChild(script);
  };
})();

/* The address bar follows what the controls say, and the links to other pages with it. */
(function () {
  "use strict";
  var first = true;

  function links(query) {
    document.querySelectorAll("a[data-page]").forEach(function (link) { link.search = query; });
    document.querySelectorAll("a[data-language]").forEach(function (link) {
      var fields = new URLSearchParams(query);
      fields.set("lang", link.getAttribute("data-language"));
      link.search = "?" + fields.toString();
      link.pathname = window.location.pathname;
    });
  }

  /* A server that has ended is said in the page, which keeps what it shows. */
  var plain = window.fetch;
  function lost(is) {
    var words = document.getElementById("lost");
    if (words) { words.hidden = !is; }
  }
  window.fetch = function () {
    window.border_drawing();
    return plain.apply(window, arguments).then(
      function (answer) { lost(false); return answer; },
      function (error) { lost(true); throw error; }
    );
  };

  window.border_address = function (query) {
    if (query !== window.location.search) {
      window.history.replaceState(null, "", window.location.pathname + query);
    }
    links(query);
  };

  /* After a page has been laid out: its language, its title, and where a reader goes on. */
  window.border_settle = function () {
    var lang = new URLSearchParams(window.location.search).get("lang");
    document.documentElement.lang = lang === "fr" ? "fr" : "en";
    window.setTimeout(function () {
      var head = document.querySelector("h1");
      var name = document.querySelector("header .name");
      if (head && name) { document.title = head.textContent + " · " + name.textContent; }
      if (!first && head && (document.activeElement === document.body || !document.activeElement)) {
        document.getElementById("main").focus({preventScroll: true});
      }
      first = false;
    }, 0);
  };

  /* What Dash calls for both; nothing changes in the page of Dash. */
  window.dash_clientside = Object.assign({}, window.dash_clientside, {border: {
    follow: function (query) {
      if (typeof query === "string") { window.border_address(query); }
      return window.dash_clientside.no_update;
    },
    settle: function () { window.border_settle(); return window.dash_clientside.no_update; }
  }});

  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a.go") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    window.history.pushState(null, "", link.getAttribute("href") && link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });
})();

/* Ctrl+Enter runs; charts are saved as images; a command is copied. */
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) { return; }
    var run = document.querySelector(".runbar button");
    if (run && !run.disabled) { event.preventDefault(); run.focus(); run.click(); }
  });

  function save(format) {
    document.querySelectorAll("main figure").forEach(function (box) {
      var chart = box.querySelector(".js-plotly-plot"), head = box.querySelector("h2");
      var note = box.querySelector("figcaption");
      if (!chart || !chart.data) { return; }
      var layout = Object.assign({}, chart.layout, {
        autosize: false, width: 900, height: 520, margin: {l: 70, r: 20, t: 90, b: 90},
        title: {text: head ? head.textContent : "", x: 0, xanchor: "left", xref: "paper", font: {size: 15}},
        annotations: [{text: note ? note.textContent : "", x: 0, y: -0.2, xref: "paper", yref: "paper",
          xanchor: "left", yanchor: "top", showarrow: false, font: {size: 11}}]
      });
      window.Plotly.downloadImage({data: chart.data, layout: layout}, {
        format: format, width: 900, height: 520, scale: format === "png" ? 2 : 1,
        filename: (chart.closest("[id$=-figure]") || {id: "chart"}).id
      });
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button") : null;
    if (!button) { return; }
    if (button.dataset.save) { save(button.dataset.save); }
    if (button.dataset.copy !== undefined) {
      var words = document.getElementById(button.dataset.copy);
      if (words) { navigator.clipboard.writeText(words.textContent); button.dataset.done = "yes"; }
    }
  });
})();
