"""Checks of the Korean web accessibility guidelines (KWCAG 2.2) that any page of ours must pass."""

from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Page

from tests.places import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_STOPS = 400
LEAST_DIAGONAL_PX = 23  # 6 mm on a screen of 96 dots an inch
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())

RUN_AXE = """async ([tags, skipped]) => {
  const rules = { "label-content-name-mismatch": { enabled: true } };
  for (const name of skipped) rules[name] = { enabled: false };
  const { violations } = await axe.run(document, { runOnly: tags, rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} · ${failureSummary}`));
}"""

STOP = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const shown = element.labels?.[0] && box.width * box.height < 16 ? element.labels[0] : element;
  const { left, top, right, bottom, width, height } = shown.getBoundingClientRect();
  const mid = [(Math.max(0, left) + Math.min(innerWidth, right)) / 2, (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2];
  const hit = document.elementFromPoint(...mid);
  const ring = [element, ...(element.labels || []), element.nextElementSibling].some((each) => {
    if (!each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  if (!element.dataset.stop) element.dataset.stop = String(document.querySelectorAll("[data-stop]").length + 1);
  return {
    number: Number(element.dataset.stop), html: element.outerHTML.slice(0, 160),
    ring: ring && style.visibility === "visible",
    is_uncovered: !!hit && (shown.contains(hit) || hit.contains(shown)),
    is_inside: left >= -1 && right <= innerWidth + 1 && top < innerHeight && bottom > 0,
    diagonal: Math.hypot(width, height), path: location.pathname,
  };
}"""
