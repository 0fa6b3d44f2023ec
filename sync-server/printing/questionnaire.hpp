#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "forms/definition.hpp"
#include "printing/page.hpp"
#include "schema/pack.hpp"

/// A campaign's questions on paper, one form a door.
namespace doorstep::server::printing {

/// One thing that is asked or said, in order. What has no answer is a heading or a note.
struct Block {
  enum class Answer : std::uint8_t { none, heading, line, lines, number, date, time, one_of, some_of, tick };
  Answer answer = Answer::none;
  std::size_t number = 0;  ///< Of the question; the same in each instance of a repeat. 0: none.
  int depth = 0;           ///< Groups and repeats around it.
  FormText label;
  FormText hint;
  FormText condition;  ///< When it is asked; empty: of everybody.
  std::vector<FormText> choices;
  bool is_required = false;
};

/// The form as paper has it: calculations gone, repeats written out, questions numbered, conditions in words.
/// Errors: too_large.
Result<std::vector<Block>> blocks_of(const forms::Definition& form);

/// What differs from door to door.
struct PaperDoor {
  std::string address;
  std::string code;
  std::string paper_code;
};

class Questionnaire {
 public:
  struct Heading {
    std::string office;
    std::string title;
    std::vector<Label> outcomes;
  };

  /// Measures on any page of a document, and divides the blocks into sheets.
  Questionnaire(Page& page, Heading heading, const std::vector<Block>& blocks);

  /// Of each door.
  std::size_t sheets() const { return sheets_.size(); }
  /// Draws one of them, from 0.
  void draw(Page& page, const PaperDoor& door, std::size_t sheet) const;

 private:
  /// What is not divided between sheets.
  struct Piece {
    enum class Kind : std::uint8_t { text, choices, rule };
    Kind kind = Kind::text;
    double indent = 0;
    double height = 0;
    double below = 0;    ///< Distance to the next one.
    bool keeps = false;  ///< Stays with the next one.
    std::string text;
    TextStyle style;
    std::vector<std::pair<double, FormText>> choices;  ///< Where each begins.
    double length = 0;                                 ///< Of a rule.
  };
  struct Placed {
    std::size_t piece;
    double y;
  };

  void add_text(Page& page, int depth, std::string text, const TextStyle& style, double below);
  void add_choices(Page& page, const Block& block);
  void add_block(Page& page, const Block& block);
  void divide();
  void draw_heading(Page& page, const PaperDoor& door, std::size_t sheet) const;
  void draw_piece(Page& page, const Piece& piece, double y) const;

  Heading heading_;
  std::vector<Piece> pieces_;
  std::vector<std::vector<Placed>> sheets_;
};

}  // namespace doorstep::server::printing
