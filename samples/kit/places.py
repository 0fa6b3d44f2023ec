"""Places from the street down to the door, as every sample builds them."""

from dataclasses import dataclass, field


@dataclass(eq=False)
class Place:
    code: str
    level: str
    name: str
    parent: "Place | None" = field(default=None, repr=False)
    children: list = field(default_factory=list, repr=False)

    def add(self, code, level, name):
        """A place in this one."""
        place = Place(code, level, name, self)
        self.children.append(place)
        return place

    def walk(self):
        """This place and all beneath, parents before children."""
        yield self
        for child in self.children:
            yield from child.walk()

    def under(self, level):
        """Places of a level in this subtree, in order."""
        if self.level == level:
            return [self]
        return [found for child in self.children for found in child.under(level)]

    def above(self, level):
        place = self
        while place.level != level:
            place = place.parent
        return place

    def address(self):
        """As people say it: from the estate down."""
        names = [self.name]
        place = self.parent
        while place is not None and place.level in ("estate", "building", "unit"):
            names.append(place.name)
            place = place.parent
        return "".join(reversed(names))
