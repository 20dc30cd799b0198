"""What the site's pictures are drawn by, when it is built: each function takes nothing and returns HTML."""
