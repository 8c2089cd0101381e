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

  function Amount(props) {
    var id = text(props.id);
    var own = useOwn(props.value);
    var timer = window.React.useRef(null);
    function say(word) {
      own[1](word);
      window.clearTimeout(timer.current);
      if (word === "" || !isFinite(Number(word))) { return; }
      timer.current = window.setTimeout(function () { props.setProps({value: Number(word)}); }, PAUSE_MS);
    }
    function hear(event) { say(event.target.value); }
    return h("div", {className: "control amount"},
      h("label", {htmlFor: id}, props.label),
      h("div", {className: "both"},
        h("input", {
          type: "range", id: id, min: props.min, max: props.max, step: props.step, value: own[0],
          "aria-valuetext": own[0] + " " + (props.unit || ""), onChange: hear
        }),
        h("input", {
          type: "number", id: id + "-number", min: props.min, max: props.max, step: "any", value: own[0],
          "aria-label": props.label + (props.unit ? " [" + props.unit + "]" : ""), onChange: hear
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

  window.border_controls = {Choice: Choice, Boxes: Boxes, Amount: Amount, Entry: Entry};
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

  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a.go") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    window.history.pushState(null, "", link.getAttribute("href") && link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });
})();
