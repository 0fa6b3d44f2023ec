#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "merge/text.hpp"

/// The merge of a text, told slowly: one node a byte, each the child of the byte it was typed after, all
/// writes kept for ever, everything computed from their set. It shares no code with engine/merge.
namespace doorstep::test {

/// One write of the cell.
struct TextWritten {
  VersionName name;
  bool first = false;
  std::string text;  ///< Of a first write.
  TextPatch patch;   ///< Of any other.
};

class TextReference {
 public:
  void add(const TextWritten& written) { writes_.push_back(written); }

  std::string text() const {
    Tree tree;
    for (const TextWritten& written : writes_) {
      if (known_as(written.name) != written.name) continue;
      if (!written.first) {
        grow(tree, written);
      } else {
        Id parent = kStart;
        add_chain(tree, {written.name, 0}, written.text + "\n", parent, 1);
      }
    }
    std::set<Id> hidden = deleted();
    hidden.insert(kStart);
    for (const Id& id : hidden_line_breaks()) hidden.insert(id);
    std::string shown;
    tell(tree, kStart, hidden, shown);
    return shown;
  }

 private:
  /// A byte: number `second` of what version `first` inserted.
  using Id = std::pair<VersionName, std::uint32_t>;
  struct Node {
    Id id;
    char byte;
    std::size_t height;
  };
  using Tree = std::map<Id, std::vector<Node>>;
  inline static const Id kStart{};

  /// People who wrote the same at the same places, not having read each other, wrote under the smallest of
  /// their names.
  VersionName known_as(const VersionName& name) const {
    const TextWritten& written = *find(name);
    VersionName least = name;
    for (const TextWritten& other : writes_)
      if (other.name < least && agree(written, other)) least = other.name;
    return least;
  }

  bool agree(const TextWritten& a, const TextWritten& b) const {
    if (a.first || b.first) return a.first && b.first && a.text == b.text;
    if (a.patch.inserts.empty() || a.patch.inserts.size() != b.patch.inserts.size()) return false;
    for (std::size_t i = 0; i < a.patch.inserts.size(); ++i) {
      const TextPatch::Insert& x = a.patch.inserts[i];
      const TextPatch::Insert& y = b.patch.inserts[i];
      if (x.text != y.text || x.after.has_value() != y.after.has_value()) return false;
      if (x.after &&
          (x.after->offset != y.after->offset || known_as(x.after->version) != known_as(y.after->version)))
        return false;
    }
    return height_of(a) == height_of(b);
  }

  const TextWritten* find(const VersionName& name) const {
    const auto at = std::find_if(writes_.begin(), writes_.end(),
                                 [&](const TextWritten& written) { return written.name == name; });
    return at != writes_.end() ? &*at : nullptr;
  }

  std::size_t height_of(const TextWritten& written) const {
    return written.first ? 1 : 1 + height_of(*find(written.patch.tallest));
  }

  static void add_chain(Tree& tree, Id id, const std::string& bytes, Id parent, std::size_t height) {
    for (const char byte : bytes) {
      tree[parent].push_back({id, byte, height});
      parent = id;
      ++id.second;
    }
  }

  void grow(Tree& tree, const TextWritten& written) const {
    Id id{written.name, 0};
    for (const TextPatch::Insert& insert : written.patch.inserts) {
      Id parent = kStart;
      if (insert.after) parent = {known_as(insert.after->version), insert.after->offset - 1};
      add_chain(tree, id, insert.text, parent, height_of(written));
      id.second += static_cast<std::uint32_t>(insert.text.size());
    }
  }

  std::set<Id> deleted() const {
    std::set<Id> gone;
    for (const TextWritten& written : writes_)
      for (const TextPatch::Delete& removal : written.patch.deletes)
        for (std::uint32_t at = removal.range.begin; at < removal.range.end; ++at)
          gone.insert({known_as(removal.version), at});
    return gone;
  }

  /// All but those that another first write follows: first writes stand in descending order of names.
  std::vector<Id> hidden_line_breaks() const {
    std::vector<Id> hidden;
    for (const TextWritten& written : writes_) {
      const bool followed = std::any_of(writes_.begin(), writes_.end(), [&](const TextWritten& other) {
        return other.first && !other.text.empty() && known_as(other.name) < known_as(written.name);
      });
      if (written.first && (written.text.empty() || !followed))
        hidden.emplace_back(known_as(written.name), static_cast<std::uint32_t>(written.text.size()));
    }
    return hidden;
  }

  static void tell(const Tree& tree, const Id& id, const std::set<Id>& hidden, std::string& out) {
    const auto at = tree.find(id);
    if (at == tree.end()) return;
    std::vector<Node> children = at->second;
    std::sort(children.begin(), children.end(), [](const Node& a, const Node& b) {
      return std::make_tuple(b.height, b.id.first, a.id.second) <
             std::make_tuple(a.height, a.id.first, b.id.second);
    });
    for (const Node& child : children) {
      if (hidden.count(child.id) == 0) out.push_back(child.byte);
      tell(tree, child.id, hidden, out);
    }
  }

  std::vector<TextWritten> writes_;
};

}  // namespace doorstep::test
