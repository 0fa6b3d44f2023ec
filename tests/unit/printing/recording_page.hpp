#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "printing/page.hpp"

namespace doorstep::server::printing {

/// Paper that remembers what was written where; every byte of a text is a third of its size wide.
class RecordingPage final : public Page {
 public:
  struct Text {
    Box box;
    std::string text;
    double height;
  };
  explicit RecordingPage(PageSize size = kA4) : size_(size) {}

  PageSize size() const override { return size_; }
  double write(const Box& box, std::string_view text, const TextStyle& style) override {
    const double height = height_of(box.width, text, style);
    texts.push_back({box, std::string(text), height});
    return height;
  }
  double height_of(double width, std::string_view text, const TextStyle& style) override {
    if (text.empty()) return 0;
    double lines = std::ceil(width_of(text, style) / width);
    if (style.lines > 0) lines = std::min<double>(lines, style.lines);
    return lines * style.size * 1.3;
  }
  double width_of(std::string_view text, const TextStyle& style) override {
    return static_cast<double>(text.size()) / 3 * style.size;
  }
  void line(double x1, double y1, double x2, double y2, double) override {
    outside = outside || !holds({x1, y1, x2 - x1, y2 - y1});
  }
  void frame(const Box& box, double, Colour) override { frames.push_back(box); }
  void fill(const Box& box, Colour) override { outside = outside || !holds(box); }
  void ellipse(const Box& box, Colour) override { outside = outside || !holds(box); }
  bool picture(const Box& box, std::string_view bytes) override {
    if (bytes == "damaged") return false;
    pictures.push_back(box);
    return true;
  }
  bool qr_code(const Box& box, std::string_view text) override {
    outside = outside || !holds(box);
    codes.emplace_back(text);
    return true;
  }

  bool holds(const Box& box) const {
    return box.x >= 0 && box.y >= 0 && box.x + box.width <= size_.width + 1e-9 &&
           box.y + box.height <= size_.height + 1e-9;
  }
  bool says(std::string_view text) const {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const Text& one) { return one.text.find(text) != std::string::npos; });
  }
  /// Whether all that was drawn is on the paper.
  bool is_within() const {
    return !outside &&
           std::all_of(frames.begin(), frames.end(), [&](const Box& box) { return holds(box); }) &&
           std::all_of(texts.begin(), texts.end(), [&](const Text& one) {
             return holds({one.box.x, one.box.y, one.box.width, one.height});
           });
  }

  std::vector<Text> texts;
  std::vector<Box> frames;
  std::vector<Box> pictures;
  std::vector<std::string> codes;
  bool outside = false;

 private:
  PageSize size_;
};

}  // namespace doorstep::server::printing
