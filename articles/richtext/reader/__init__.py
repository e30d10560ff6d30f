"""The one reader of HTML from elsewhere: what is pasted, posted or imported becomes rich text.

``cleaning.clean`` parses it into a tree, changes the tree by one module for each concern, writes it
and sanitises it last.
"""
